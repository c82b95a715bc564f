/** Injection token of the verifier's settings. */
export const SETTINGS = Symbol('VerifierSettings');
