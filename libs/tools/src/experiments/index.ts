export { ExperimentFiles } from './experiment.files.js';
export type {
  Experiment,
  ExperimentListing,
  ExperimentResult,
  ExperimentResults,
  ExperimentSource,
  ExposureChange,
  Variant,
} from './experiments.port.js';
export { experimentsTools } from './experiments.tools.js';
export { GrowthBookSource, type GrowthBookSourceOptions } from './growthbook.source.js';
export { exposureShares, type ExposureShares } from './exposure.shares.js';
