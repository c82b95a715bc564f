import { describe, expect, it } from '@jest/globals';
import { sha256 } from '@headroom/contracts';
import { mergeStacks } from '@headroom/profiling';
import { loadSkills } from '../skill/skill.loader.js';
import { CATALOGUE, inFolder, writeFiles } from '../testing/playbook.fixtures.js';
import { profileOf } from '../testing/profile.fixtures.js';
import { skillText } from '../testing/skill.fixtures.js';
import { detectOpportunities } from './detection.js';
import type { DetectionInput } from './opportunity.js';

const WORDS = `export function words(text: string): string[] {
  return text.split(new RegExp('\\\\W+'));
}
`;
const FILES: Readonly<Record<string, string>> = {
  'src/words.ts': WORDS,
  'src/lines.ts': `import { trim } from './trim.js';

export function lines(text: string): string[] {
  return text.split('\\n').map(trim);
}

export function clean(text: string): string {
  return trim(text);
}
`,
  'src/trim.ts': `export function trim(text: string): string {
  return text.replace(new RegExp('^ +'), '');
}
`,
  'src/keep.ts': `export function keep(): RegExp {
  return new RegExp('kept');
}

export function cold(text: string): boolean {
  return new RegExp('cold').test(text);
}
`,
  'src/outer.ts': `export function outer(texts: string[]): string[] {
  function inner(text: string): boolean {
    return new RegExp('inner').test(text);
  }
  return texts.filter(inner);
}
`,
};

const PROFILE = profileOf([
  [['src/app.ts:serve'], 700],
  [['src/app.ts:serve', 'src/words.ts:words', 'node:regexp:RegExp'], 100],
  [['src/app.ts:serve', 'src/lines.ts:clean'], 80],
  [['src/app.ts:serve', 'src/lines.ts:lines'], 60],
  [['src/app.ts:serve', 'src/keep.ts:keep'], 50],
  [['src/app.ts:serve', 'src/outer.ts:outer'], 30],
]);

function ruleText(id: string, pattern: string, saving: number): string {
  return `id: ${id}\nlanguage: TypeScript\nmessage: It is slow.\nrule: { pattern: '${pattern}' }\nmetadata: { saving: ${saving} }\n`;
}

async function detect(given: Partial<DetectionInput> = {}): ReturnType<typeof detectOpportunities> {
  const { skills } = await loadSkills(CATALOGUE);
  return detectOpportunities({
    service: 'web',
    repository: 'shop/web',
    base: { branch: 'main', commit: 'a'.repeat(40) },
    skills: skills.filter(({ name }) => name === 'regex-precompile'),
    profile: PROFILE,
    readFile: (path) => FILES[path],
    ...given,
  });
}

describe('opportunities', () => {
  it('are where a hot function has what a skill knows, ranked by what a change may save', async () => {
    const { opportunities, candidates, problems } = await detect({ cores: 4 });

    expect(problems).toEqual([]);
    expect(candidates).toBe(5);
    expect(opportunities.map(({ found }) => [found.rank, found.subject, found.certainty])).toEqual([
      [1, 'src/words.ts:words', 'rewrite'],
      [2, 'src/trim.ts:trim', 'rewrite'],
      [3, 'src/keep.ts:keep', 'detect-only'],
      [4, 'src/outer.ts:outer', 'rewrite'],
    ]);
    expect(opportunities[0]).toMatchObject({
      status: 'found',
      service: 'web',
      repository: 'shop/web',
      found: {
        base: { branch: 'main', commit: 'a'.repeat(40) },
        subjectContent: sha256(WORDS.trimEnd().replace('export ', '')),
        place: { path: 'src/words.ts', line: 2 },
        skill: { name: 'regex-precompile' },
        rule: { id: 'regex-construction' },
        share: 0.0980392,
        cores: 0.392157,
      },
    });
    const { share, saving } = opportunities[0]!.found;
    expect(saving.share / share).toBeCloseTo(0.1, 4);
    expect(saving.cores! / 4).toBeCloseTo(saving.share, 5);
  });

  it.each([
    ['src/words.py', 'import re\n\n\ndef words(text):\n    return re.findall(r"[a-z]+", text)\n'],
    [
      'src/words.go',
      'package main\n\nimport "regexp"\n\nfunc words(text string) []string {\n\tpattern := regexp.MustCompile(`[a-z]+`)\n\treturn pattern.FindAllString(text, -1)\n}\n',
    ],
    [
      'src/Words.java',
      'import java.util.regex.Pattern;\n\nclass Words {\n  static boolean words(String text) {\n    Pattern pattern = Pattern.compile("[a-z]+");\n    return pattern.matcher(text).find();\n  }\n}\n',
    ],
  ])('are found in %s, whatever the language', async (path, source) => {
    const subject = `${path}:${path.endsWith('.java') ? 'Words.words' : 'words'}`;
    const profile = profileOf([
      [['src/app.ts:serve'], 900],
      [['src/app.ts:serve', subject], 100],
    ]);

    const { opportunities, problems } = await detect({ profile, readFile: (each) => ({ [path]: source })[each] });

    expect(problems).toEqual([]);
    expect(opportunities.map(({ found }) => [found.subject, found.certainty])).toEqual([[subject, 'rewrite']]);
  });

  it('count a callee without a frame of its own with the dearest function that calls it, once', async () => {
    const { opportunities } = await detect();
    const trims = opportunities.filter(({ found }) => found.subject === 'src/trim.ts:trim');

    expect(trims.map(({ found }) => [found.hotFunction, found.share])).toEqual([['src/lines.ts:clean', 0.0784314]]);
  });

  it('judge a callee with a frame of its own by its own cost', async () => {
    const profile = mergeStacks([PROFILE, profileOf([[['src/lines.ts:clean', 'src/trim.ts:trim'], 0.1]])]);

    const { opportunities } = await detect({ profile });

    expect(opportunities.map(({ found }) => found.subject)).not.toContain('src/trim.ts:trim');
  });

  it('leave what an inner function does to that function where the profile tells of it', async () => {
    const profile = mergeStacks([PROFILE, profileOf([[['src/outer.ts:outer', 'src/outer.ts:outer.inner'], 90]])]);

    const { opportunities } = await detect({ profile });

    const subjects = opportunities.map(({ found }) => found.subject);
    expect(subjects).toContain('src/outer.ts:outer.inner');
    expect(subjects).not.toContain('src/outer.ts:outer');
  });

  it('say why a playbook leaves the code to a person', async () => {
    const { opportunities } = await detect();

    const kept = opportunities.find(({ found }) => found.subject === 'src/keep.ts:keep');
    expect(kept?.found.reason).toContain('src/keep.ts:2');
    expect(opportunities.map(({ found }) => found.subject)).not.toContain('src/keep.ts:cold');
  });

  it('are the same each time, in whatever order profiles were taken', async () => {
    const other = profileOf([[['src/app.ts:serve', 'src/words.ts:words'], 33.3]]);

    const one = await detect({ profile: mergeStacks([PROFILE, other]) });
    const two = await detect({ profile: mergeStacks([other, PROFILE]) });

    expect(one).toEqual(two);
    expect(one.opportunities.length).toBeGreaterThan(0);
  });

  it('are none of a skill that the repository does not want, or that serves regressions only', async () => {
    const { skills } = await loadSkills(CATALOGUE);

    expect((await detect({ disabledSkills: ['regex-precompile'] })).opportunities).toEqual([]);
    const defense = skills.filter(({ sides }) => !sides.includes('offense'));
    expect(defense.length).toBeGreaterThan(0);
    expect((await detect({ skills: defense })).opportunities).toEqual([]);
  });

  it('survive code that is not there or not understood on the base', async () => {
    const files: Record<string, string | undefined> = {
      ...FILES,
      'src/words.ts': undefined,
      'src/keep.ts': 'func (((',
    };

    const { opportunities, problems } = await detect({ readFile: (path) => files[path] });

    expect(problems).toEqual([]);
    expect(opportunities.map(({ found }) => found.subject)).toEqual(['src/trim.ts:trim', 'src/outer.ts:outer']);
  });

  it('are one for each skill, by the rule that saves most', async () => {
    await inFolder(async (dir) => {
      writeFiles(dir, {
        'speed-up/SKILL.md': skillText({ metadata: { 'headroom.dev/playbook': '"rules"' } }),
        'speed-up/rules/few.yml': ruleText('few', '$T.split($A)', 0.2),
        'speed-up/rules/much.yml': ruleText('much', 'new RegExp($A)', 0.5),
      });
      const { skills, skipped } = await loadSkills(dir);
      expect(skipped).toEqual([]);

      const { opportunities } = await detect({ skills });

      const words = opportunities.filter(({ found }) => found.subject === 'src/words.ts:words');
      expect(words.map(({ found }) => [found.rule.id, found.certainty])).toEqual([['much', 'detect-only']]);
    });
  });

  it.each([
    ['rule:much', true],
    ['rule:few', true],
    ['frame:node:regexp:*', true],
    ['frame:node:zlib:*', false],
    ['codebase:shop/web', true],
    ['codebase:shop/other', false],
    ['lang:python', false],
  ])('are of skills that apply to the function: %s', async (predicate, applies) => {
    await inFolder(async (dir) => {
      writeFiles(dir, {
        'speed-up/SKILL.md': skillText({
          metadata: { 'headroom.dev/playbook': '"rules"', 'headroom.dev/applies-to': `"${predicate}"` },
        }),
        'speed-up/rules/few.yml': ruleText('few', '$T.split($A)', 0.2),
        'speed-up/rules/much.yml': ruleText('much', 'new RegExp($A)', 0.5),
      });
      const { skills, skipped } = await loadSkills(dir);
      expect(skipped).toEqual([]);

      const { opportunities } = await detect({ skills });

      const subjects = opportunities.map(({ found }) => found.subject);
      expect(subjects.includes('src/words.ts:words')).toBe(applies);
    });
  });

  it('are given up when nobody wants them any more, and let other work go on between functions', async () => {
    const stop = new AbortController();
    let pauses = 0;
    const pause = (): Promise<void> => {
      pauses += 1;
      if (pauses === 2) stop.abort(new Error('the stage stops'));
      return Promise.resolve();
    };

    await expect(detect({ pause, signal: stop.signal })).rejects.toThrow('the stage stops');
    expect(pauses).toBe(2);
  });

  it('are not told from half of a repository', async () => {
    const readFile = (path: string): string | undefined => {
      if (path === 'src/trim.ts') throw new Error('the disk is gone');
      return FILES[path];
    };

    await expect(detect({ readFile })).rejects.toThrow('the disk is gone');
  });
});
