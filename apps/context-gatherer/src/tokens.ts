/** Injection token of the configured services' repositories. */
export const REPOSITORIES = Symbol('ServiceRepositories');
