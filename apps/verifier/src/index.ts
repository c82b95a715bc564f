export { VerifierModule } from './verifier.module.js';
export type { VerifierSettings } from './verifier.settings.js';
