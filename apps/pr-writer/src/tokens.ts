/** Injection tokens of what a host hands in. */
export const REPOSITORIES = Symbol('ServiceRepositories');
export const TRUSTED_KEYS = Symbol('TrustedKeys');
export const PROPOSALS_DIR = Symbol('proposals folder');
