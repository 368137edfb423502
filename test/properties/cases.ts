/** So many made-up cases for each surface: in CI by the thousand, and each with a seed of its own that a failure prints. */
export const CASES = process.env['CI'] ? 1_000 : 100;
