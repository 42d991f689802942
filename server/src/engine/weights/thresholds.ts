/**
 * The numbers that decide where a weight is placed, each with its reason and the measurement behind it. All of them were
 * measured with `npm run bench -- merge` on two cores of a Xeon with AVX-512; docs/merging.md has the tables.
 */

/**
 * Up to this many bytes of matrices (float32) a model is small: all of its matrices are graph inputs. A merge of all of
 * them is then short whatever the policy, and an `If` before each product would show in steps of milliseconds. No exact
 * number was measured: it lies between the built-in model (11 MB) and Stable Diffusion 1 (3.4 GB), where `mixed` is faster.
 */
export const SMALL_MODEL_BYTES = 512 * 2 ** 20;

/**
 * Share of the machine's memory that merged weights of a UNet may take. The rest holds the mapped model, what ONNX Runtime
 * prepacks of it, activations and the editor. Measured: with at most 6 GB of merged weights on a machine
 * of 24 GB, SDXL in half precision takes 18.1 GB.
 */
export const UNET_MEMORY_SHARE = 1 / 4;

/**
 * The same for a text encoder. It is evaluated once for a prompt, so that LoRA branches cost nothing that shows. Measured:
 * SDXL's second encoder would merge 2.5 GB, which a machine of 24 GB needs for the UNet; its first one merges 0.3 GB.
 */
export const TEXT_ENCODER_MEMORY_SHARE = 1 / 16;

/** Limits within which a LoRA branch is cheaper than merging. */
export interface BranchLimits {
  /**
   * Matrices whose narrower side has this many numbers belong to the inner blocks of a UNet, where few tokens meet weights
   * of megabytes: a branch is a small part of the product, and merging is not. In the outer blocks thousands of tokens meet
   * narrow weights, and a branch takes up to a third of the product. Measured for SD 1 at 512×512: with 1024 a change of one
   * LoRA merges a fifth of the bytes (0.05 of a step instead of 0.29), and a step with rank 32 takes 1.00 of the base
   * model's.
   */
  readonly width: number;
  /**
   * The stacked factors may have this share of their matrix's numbers, which is what they add to its product. Measured
   * for SD 1: a change of one LoRA of rank 128 (0.2 of a 1280×1280 matrix) takes 0.20 of a step; three, which are merged,
   * take 0.56 and no time in the steps that follow.
   */
  readonly share: number;
}

export const BRANCH_LIMITS: BranchLimits = { width: 1024, share: 1 / 4 };
