/** Counts the steps of a scenario. The first failure ends it: what follows would only fail for the same reason. */
export interface Steps {
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  readonly passed: number;
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
        throw error;
      }
    },
    get passed() {
      return passed;
    },
  };
}
