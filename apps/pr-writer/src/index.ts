export { PrWriterModule } from './pr-writer.module.js';
