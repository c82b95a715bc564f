import { describe, expect, it } from '@jest/globals';
import { installCommand } from './install.command.js';

describe('installCommand', () => {
  it.each([
    [['npm', 'ci'], '--ignore-scripts'],
    [['npm', 'install', '--omit=dev'], '--ignore-scripts'],
    [['pnpm', 'install', '--frozen-lockfile'], '--ignore-pnpmfile'],
    [['yarn'], '--ignore-scripts'],
  ])('switches scripts off for %j', (command, word) => {
    expect(installCommand(command, {})).toMatchObject({
      command: expect.arrayContaining([...command, word, '--ignore-scripts']),
    });
  });

  it.each([
    [['make'], 'install-unsupported'],
    [['npm', 'run', 'setup'], 'install-unsupported'],
    [['npx', 'something'], 'install-unsupported'],
    [['sh', '-c', 'npm ci'], 'install-unsupported'],
    [['npm', 'ci', '--ignore-scripts=false'], 'install-scripts-on'],
    [['npm', 'ci', '--script-shell=/bin/sh'], 'install-scripts-on'],
  ])('refuses %j: %s', (command, reason) => {
    expect(installCommand(command, {})).toMatchObject({ refused: { reason } });
  });

  it('refuses settings of the repository that run programs', () => {
    expect(installCommand(['npm', 'ci'], { npmrc: 'git=./evil.sh\n' })).toMatchObject({
      refused: { reason: 'install-settings-unsafe' },
    });
    expect(installCommand(['npm', 'ci'], { npmrc: 'save-exact=true\n' })).not.toHaveProperty('refused');
    expect(installCommand(['yarn'], { yarnrc: 'yarnPath: x' })).toMatchObject({
      refused: { reason: 'install-unsupported' },
    });
  });
});
