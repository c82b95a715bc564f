/** Injection tokens of what a host hands in. */
export const REPOSITORIES = Symbol('ServiceRepositories');
export const SKILLS_DIR = Symbol('skills folder');
export const WORK_DIR = Symbol('folder of checkouts');
export const MODEL = Symbol('the model, if there is one');
