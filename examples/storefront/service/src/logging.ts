import { readConfig } from './config.ts';
import { Logger } from './logger.ts';

export const rootLogger = new Logger('storefront', readConfig().logLevel);
