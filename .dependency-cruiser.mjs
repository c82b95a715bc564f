const pure = '^libs/(contracts|figures|detection|cases|source|profiling)/src/';
const spec = '\\.spec\\.ts$';

/** Boundaries between the rooms of the workspace. */
export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'libs-do-not-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'only-through-the-barrel',
      comment: 'A package is imported by its name, never by a path into it.',
      severity: 'error',
      from: { path: '^(libs|apps)/([^/]+)/' },
      to: { path: '^(libs|apps)/[^/]+/src/', pathNot: '^$1/$2/' },
    },
    {
      name: 'stages-do-not-import-each-other',
      severity: 'error',
      from: { path: '^apps/(?!cli/)([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'contracts-import-no-framework',
      severity: 'error',
      from: { path: '^libs/contracts/src/', pathNot: spec },
      to: { path: '^(node_modules|libs)/', pathNot: '^(node_modules/zod/|libs/contracts/)' },
    },
    {
      name: 'nest-only-in-its-adapter-and-in-apps',
      severity: 'error',
      from: { path: '^libs/', pathNot: '^libs/runtime/src/nest/' },
      to: { path: '^node_modules/@nestjs/' },
    },
    {
      name: 'pure-libs-do-no-io',
      severity: 'error',
      from: { path: pure, pathNot: spec },
      to: {
        path: '^(node:)?(fs|child_process|net|http|https|dgram|worker_threads|sqlite|timers)(/|$)',
        dependencyTypes: ['core'],
      },
    },
    {
      name: 'verification-statistics-are-pure',
      severity: 'error',
      from: { path: '^libs/verification/src/statistics/', pathNot: spec },
      to: { dependencyTypes: ['core'], path: '^(node:)?(fs|child_process|net|http|os|timers)(/|$)' },
    },
    {
      name: 'test-helpers-stay-in-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: [spec, '^libs/testing/', '/contract-suites/', '/testing/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: [spec, '\\.d\\.ts$', 'jest\\.config\\.mjs$'] },
      to: {},
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    parser: 'swc',
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    exclude: { path: '(^|/)(fixtures|test-results)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
