export { Subscribe, SubscribeStream } from './subscribe.decorator.js';
export { RestoreErrorFilter } from './restore-error.filter.js';
export { HeadroomStrategy, type StrategyOptions } from './headroom.strategy.js';
export { BLOB_STORE, KEY_VALUE_STORE, LOGGER, RuntimeModule, type StageParts } from './runtime.module.js';
export { CommandController } from './command.controller.js';
export { createStage, type Stage, type StageOptions } from './stage.js';
export { NestLogger } from './nest.logger.js';
