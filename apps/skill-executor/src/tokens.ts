/** Injection tokens of what a host hands in. */
export const REPOSITORIES = Symbol('ServiceRepositories');
export const SKILLS_DIR = Symbol('skills folder');
