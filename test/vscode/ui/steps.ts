/** Counts the steps of a scenario. The first failure ends it: what follows would only fail for the same reason. */
export interface Steps {
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  readonly passed: number;
}

/** What a scenario has come to; `failures` name the step and the reason. */
export interface Outcome {
  readonly passed: number;
  readonly failures: readonly string[];
}

/** A step that did not work, with how many before it did. */
export class StepFailure extends Error {
  constructor(
    readonly step: string,
    readonly passed: number,
    cause: unknown,
  ) {
    super(`${step}: ${firstLine(cause)}`, { cause });
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
}

export function createSteps(scenario: string): Steps {
  let passed = 0;
  console.log(`\n  ${scenario}`);
  return {
    async step(name, work) {
      const begin = Date.now();
      try {
        const result = await work();
        passed += 1;
        console.log(`    ✔ ${name} (${Date.now() - begin} ms)`);
        return result;
      } catch (error) {
        console.log(`    ✘ ${name}`);
        throw new StepFailure(`${scenario}: ${name}`, passed, error);
      }
    },
    get passed() {
      return passed;
    },
  };
}
