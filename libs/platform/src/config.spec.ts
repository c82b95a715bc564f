import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfig, parseConfig, repositoryLocation, tokenOf, verificationOf } from './index.js';

const minimal = `
version: 1
services:
  web:
    repository: { name: shop/web, url: ../web.git }
    team: search
    test: [npm, test]
    benchmark: { command: [node, bench/run.mjs, '--operations={operations}'], operations: 2000 }
`;

describe('parseConfig', () => {
  it('fills in the defaults', () => {
    const config = parseConfig(minimal, 'headroom.config.yaml');

    expect(config.services['web']).toMatchObject({
      unitOfWork: 'request',
      repository: { branch: 'main' },
      policy: { maxFiles: 10, maxChangedLines: 400 },
    });
    expect(config.verification.looks).toEqual([12, 24]);
  });

  it.each([
    [
      'a wrong type',
      minimal.replace('operations: 2000', 'operations: many'),
      ['services.web.benchmark.operations', '"many"', 'number'],
    ],
    ['a missing key', minimal.replace('    team: search\n', ''), ['services.web.team', 'found nothing']],
    ['an unknown key', minimal.replace('team:', 'teem: x\n    team:'), ['services.web', 'unknown key "teem"']],
    [
      'a benchmark that takes no count',
      minimal.replace('{operations}', '5'),
      ['services.web.benchmark.command', '{operations}'],
    ],
    [
      'a team that is no part of a topic name',
      minimal.replace('search\n', 'Search Team\n'),
      ['services.web.team', 'search-team'],
    ],
    [
      'two teams whose topics Kafka would confuse',
      `${minimal}  shop:\n    repository: { name: shop/shop, url: ../shop.git }\n    team: check.out\n    test: [npm, test]\n  cart:\n    repository: { name: shop/cart, url: ../cart.git }\n    team: check_out\n    test: [npm, test]\n`,
      ['services.cart.team', 'found "check_out"', '"check.out"', 'rename one'],
    ],
    [
      'a service folder that leaves the repository',
      minimal.replace('url: ../web.git', 'url: ../web.git, path: ../other'),
      ['services.web.repository.path', '"../other"', 'services/web'],
    ],
    [
      'a service folder with a slash at its end',
      minimal.replace('url: ../web.git', 'url: ../web.git, path: services/web/'),
      ['services.web.repository.path', 'no slash at its ends'],
    ],
    [
      'a variable that the sandbox sets',
      minimal.replace('    team:', '    env: { PATH: /srv/bin }\n    team:'),
      ['services.web.env.PATH', 'set by the sandbox'],
    ],
    [
      'what is no variable',
      minimal.replace('    team:', '    env: { log-level: debug }\n    team:'),
      ['services.web.env.log-level', 'LOG_LEVEL'],
    ],
    [
      'a limit below what a process needs',
      `${minimal}verification: { limits: { memoryMiB: 10 } }\n`,
      ['verification.limits.memoryMiB', 'found 10', '256'],
    ],
    [
      'an unknown limit of a service',
      minimal.replace('    team:', '    verification: { limits: { memory: 10 } }\n    team:'),
      ['services.web.verification.limits', 'unknown key "memory"'],
    ],
    ['another version', minimal.replace('version: 1', 'version: 2'), ['version', 'found 2', '1']],
    [
      'a token in place of the name of its variable',
      `${minimal}tools: { prometheus: { url: 'http://p.example', tokenEnv: 'abc-123' } }\n`,
      ['tools.prometheus.tokenEnv', 'PROMETHEUS_TOKEN'],
    ],
    [
      'a password in an address',
      `${minimal}tools: { prometheus: { url: 'http://a:b@p.example' } }\n`,
      ['tools.prometheus.url', 'tokenEnv'],
    ],
    [
      'a mount with nothing to reach it by',
      `${minimal}tools: { mounts: { tickets: { allow: [find] } } }\n`,
      ['tools.mounts.tickets', 'either url or command'],
    ],
    [
      'a pattern that leaves the repository',
      `${minimal}tools: { configuration: { name: shop/conf, url: ../conf, services: { web: ['../x'] } } }\n`,
      ['tools.configuration.services.web.0', 'services/web/**'],
    ],
    [
      'a source of profiles that is two',
      `${minimal}profiles: { pull: [{ service: web, url: 'http://w.example/x', pyroscope: true }] }\n`,
      ['profiles.pull.0.url', 'one of the two'],
    ],
    [
      'profiles that overlap',
      `${minimal}profiles: { pull: [{ service: web, url: 'http://w.example/x', seconds: 60 }] }\n`,
      ['profiles.pull.0.seconds', 'less than everySeconds'],
    ],
    [
      'profiles of a Pyroscope that nobody named',
      `${minimal}profiles: { pull: [{ service: web, pyroscope: true }] }\n`,
      ['profiles.pull.0.pyroscope', 'needs tools.pyroscope'],
    ],
    [
      'units of a metric that is not there',
      `${minimal}profiles: { pull: [{ service: web, url: 'http://w.example/x', unitsFrom: rate }] }\n`,
      ['profiles.pull.0.unitsFrom', 'tools.prometheus.metrics'],
    ],
    ['broken YAML', 'version: [1', ['not valid YAML']],
    ['a pattern without quotes', 'version: *.js', ['not valid YAML', '.js']],
    ['an empty file', '', ['top level', 'found null']],
  ])('refuses %s with the key, what was found and what is allowed', (_, text, words) => {
    expect(() => parseConfig(text, 'headroom.config.yaml')).toThrow(
      expect.objectContaining({ code: 'HEADROOM_CONFIG_INVALID' }),
    );
    for (const word of words) expect(() => parseConfig(text, 'headroom.config.yaml')).toThrow(word);
  });
});

describe('tools', () => {
  it('are nothing but our own stores where nothing is named', () => {
    const { tools } = parseConfig(minimal, 'headroom.config.yaml');

    expect(tools).toEqual({ docs: [], hosts: [], origins: [], mounts: {} });
  });

  it('have their defaults filled in', () => {
    const named = `${minimal}tools:\n  prometheus: { url: http://p.example }\n  pyroscope: { url: http://y.example }\n  growthbook: { tokenEnv: KEY }\n`;

    expect(parseConfig(named, 'headroom.config.yaml').tools).toMatchObject({
      prometheus: { timeoutMs: 10_000, metrics: {} },
      pyroscope: {
        timeoutMs: 10_000,
        profileType: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
        labels: { service: 'service_name' },
        environment: 'production',
        lookBackHours: 24,
      },
      growthbook: { url: 'https://api.growthbook.io', projects: {} },
    });
  });

  it('get their token from the variable that is named, and say which one is missing', () => {
    expect(tokenOf(undefined, {})).toBeUndefined();
    expect(tokenOf('KEY', { KEY: ' a-token\n' })).toBe('a-token');
    expect(() => tokenOf('KEY', { KEY: '' })).toThrow(/variable KEY.*not set/);
  });
});

describe('verificationOf', () => {
  it('lets a service differ from the others, key by key', () => {
    const own = '    verification: { testTimeoutMs: 900000, limits: { memoryMiB: 4096 } }\n    team:';
    const all = 'verification: { looks: [20], limits: { processes: 512 } }\n';
    const config = parseConfig(`${minimal.replace('    team:', own)}${all}`, 'headroom.config.yaml');

    expect(config.services['web']?.verification).toEqual({ testTimeoutMs: 900_000, limits: { memoryMiB: 4096 } });
    expect(verificationOf(config, config.services['web']!)).toEqual({
      looks: [20],
      buildTimeoutMs: 300_000,
      testTimeoutMs: 900_000,
      armTimeoutMs: 60_000,
      minimumEffect: 0.01,
      limits: { memoryMiB: 4096, processes: 512, outputMiB: 64, diskMiB: 1024 },
    });
  });
});

describe('opportunities', () => {
  const withOwn = (own: string): string => minimal.replace('    team:', `    opportunities: ${own}\n    team:`);

  it('are looked for every hour, in functions between a thousandth and a quarter of the CPU, and begin nothing', () => {
    const config = parseConfig(minimal, 'headroom.config.yaml');

    expect(config.opportunities).toEqual({ everyMinutes: 60 });
    expect(config.services['web']?.opportunities).toEqual({ minimumShare: 0.001, maximumShare: 0.25, functions: 30 });
  });

  it('begin by themselves only with skills that are named', () => {
    const config = parseConfig(withOwn('{ automatic: { skills: [regex-precompile] } }'), 'headroom.config.yaml');

    expect(config.services['web']?.opportunities.automatic).toEqual({
      max: 1,
      minimumSaving: 0.01,
      skills: ['regex-precompile'],
    });
    expect(() => parseConfig(withOwn('{ automatic: {} }'), 'x')).toThrow(/opportunities\.automatic\.skills/);
  });

  it('have bounds that leave room', () => {
    expect(() => parseConfig(withOwn('{ minimumShare: 0.5 }'), 'x')).toThrow(/maximumShare/);
  });
});

describe('loadConfig', () => {
  it('says which file it could not read and how to name another', async () => {
    await expect(loadConfig('/nowhere/headroom.config.yaml')).rejects.toThrow(/nowhere.*--config/);
  });

  it('resolves repository locations against the file, the data directory, or not at all', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-config-'));
    await writeFile(join(dir, 'headroom.config.yaml'), minimal);
    const { config, configDir } = await loadConfig(join(dir, 'headroom.config.yaml'));
    const web = config.services['web']!;
    const at = (url: string): string =>
      repositoryLocation({ ...web, repository: { ...web.repository, url } }, { configDir, dataDir: '/data' });

    expect(at('../web.git')).toBe(join(dir, '..', 'web.git'));
    expect(at('{data}/web.git')).toBe('/data/web.git');
    expect(at('https://git.example/web.git')).toBe('https://git.example/web.git');
    expect(at('git@git.example:shop/web.git')).toBe('git@git.example:shop/web.git');
  });
});
