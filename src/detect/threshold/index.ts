// Thresholds and suppression at run time.
export { Thresholds } from './thresholds.ts';
export type { ThresholdContent, ThresholdOptions } from './thresholds.ts';
export { ThresholdResult } from './result.ts';
export { globalSpecs } from './specs.ts';
export type { GlobalSpec } from './specs.ts';
