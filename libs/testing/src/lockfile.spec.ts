import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Lock {
  packages: Record<string, { resolved?: string; link?: boolean }>;
}

const lock = JSON.parse(readFileSync(join(process.cwd(), '..', '..', 'package-lock.json'), 'utf8')) as Lock;
const names = Object.keys(lock.packages).map((path) => path.slice(path.lastIndexOf('node_modules/') + 13));

describe('package-lock.json', () => {
  // npm drops platform packages that it cannot resolve without a word; `npm ci` then fails on other systems.
  it.each([
    ['@ast-grep/napi-', 9],
    ['@parcel/watcher-', 12],
    ['@swc/core-', 12],
    ['@nx/nx-', 10],
    ['@oxc-parser/binding-', 19],
    ['@oxc-resolver/binding-', 19],
    ['@oxlint/binding-', 19],
    ['@oxlint-tsgolint/', 6],
    ['@typescript/typescript-', 20],
    ['@unrs/resolver-binding-', 22],
  ])('holds every platform of %s*', (prefix, count) => {
    expect(names.filter((name) => name.startsWith(prefix))).toHaveLength(count);
  });

  it('names no registry host, so that it installs from any registry', () => {
    const hosts = Object.values(lock.packages).flatMap(({ resolved, link }) => (resolved && !link ? [resolved] : []));

    expect(hosts).toEqual([]);
  });
});
