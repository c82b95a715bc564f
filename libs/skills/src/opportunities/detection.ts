import { HeadroomError, messageOf, opportunityIdOf, sha256, type FoundOpportunity } from '@headroom/contracts';
import { calleesOf } from '@headroom/profiling';
import { findSymbol, symbolText } from '@headroom/source';
import type { FilesOfBase } from '../playbooks/playbook.js';
import { playbookOf, runPlaybook } from '../playbooks/playbook.runner.js';
import type { PlaybookRule } from '../rules/rule.file.js';
import { sitesOf, type RuleSite } from '../rules/rule.sites.js';
import type { Skill } from '../skill/skill.js';
import { matchInputOf } from '../matching/match.input.js';
import { matchSkills } from '../matching/skill.matcher.js';
import { attributeCosts } from './attribution.js';
import { candidatesOf } from './candidates.js';
import type { Detection, DetectionInput, DetectionProblem, Opportunity } from './opportunity.js';
import { placesOf, type Place } from './places.js';
import { SourceFiles, type KnownFile } from './source.memory.js';

/** How sure an opportunity is, and why not surer. */
type Verdict = Pick<FoundOpportunity, 'certainty' | 'reason'>;

/**
 * Looks for what skills of the offense side know in the functions that cost enough. Pure but for `readFile` and the scripts of skills:
 * the same profile, commit and catalogue give the same opportunities in the same order. Nothing is changed or asked for.
 *
 * The saving is the function's share times what the rule says that its pattern usually is: an order, not a promise.
 * Throws what `readFile` throws.
 */
export async function detectOpportunities(input: DetectionInput): Promise<Detection> {
  const { profile, bounds, pause, signal } = input;
  const { functions, unattributed } = attributeCosts(profile);
  const { chosen, leftOut } = candidatesOf(functions, bounds);
  const profiled = new Set(functions.map(({ id }) => id));
  const skills = input.skills.filter((skill) => isUsable(skill, input.disabledSkills ?? []));
  const search = new Search(input, skills, profiled);
  for (const candidate of skills.length === 0 ? [] : chosen) {
    await pause?.();
    signal?.throwIfAborted();
    await search.lookIn(await placesOf(candidate, search.files, profiled));
  }
  const { problems } = search;
  return { opportunities: search.ranked(), candidates: chosen.length, leftOut, unattributed, problems };
}

function isUsable({ name, sides, rules }: Skill, disabled: readonly string[]): boolean {
  return sides.includes('offense') && rules.length > 0 && !disabled.includes(name);
}

/** Six digits: what lies behind them depends on the order in which profiles were added. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

class Search {
  readonly files: SourceFiles;
  readonly problems: DetectionProblem[] = [];
  readonly #input: DetectionInput;
  readonly #skills: readonly Skill[];
  readonly #profiled: ReadonlySet<string>;
  readonly #found = new Map<string, Opportunity>();
  readonly #seen = new Set<string>();
  readonly #below = new Map<string, readonly string[]>();

  constructor(input: DetectionInput, skills: readonly Skill[], profiled: ReadonlySet<string>) {
    this.files = new SourceFiles(input.readFile);
    this.#input = input;
    this.#skills = skills;
    this.#profiled = profiled;
  }

  /** Candidates come by cost: a function below several of them counts with the dearest. */
  async lookIn(places: readonly Place[]): Promise<void> {
    for (const place of places) {
      if (this.#seen.has(place.subject)) continue;
      this.#seen.add(place.subject);
      const file = await this.files.file(place.path);
      if (!file) continue;
      for (const skill of this.#skills) await this.#tryRules(skill, place, file);
    }
  }

  ranked(): Opportunity[] {
    return [...this.#found.values()]
      .sort(byExpectedSaving)
      .map((each, index) => ({ ...each, found: { ...each.found, rank: index + 1 } }));
  }

  async #tryRules(skill: Skill, place: Place, file: KnownFile): Promise<void> {
    let failedToRead = false;
    const readFile = async (path: string): Promise<string | undefined> => {
      try {
        return await this.files.text(path);
      } catch (error) {
        failedToRead = true;
        throw error;
      }
    };
    try {
      const sites = this.#sitesOf(skill, place, file);
      if (sites.length === 0 || !this.#applies(skill, place, sites)) return;
      const { listFiles } = this.#input;
      const verdict = await verdictOf(skill, place, sites, { readFile, ...(listFiles && { listFiles }) });
      const opportunity = this.#opportunityOf(skill, place, file, { site: bestOf(skill, sites, verdict), verdict });
      if (opportunity) this.#found.set(opportunity.id, opportunity);
    } catch (error) {
      if (failedToRead) throw error;
      this.problems.push({ skill: skill.name, subject: place.subject, message: messageOf(error) });
    }
  }

  /** Matches whose cost is the function's: not those in a function inside it that the profile tells of by itself. */
  #sitesOf({ rules }: Skill, { path, symbol }: Place, { tree, symbols }: KnownFile): RuleSite[] {
    return sitesOf(rules, tree, new Set([symbol]), symbols).filter(
      ({ frame }) => frame === symbol || !this.#profiled.has(`${path}:${frame}`),
    );
  }

  /** By what the finding of such a case would be matched by: what lies below the function stands for its frames. */
  #applies(skill: Skill, { subject, hotFunction = subject }: Place, sites: readonly RuleSite[]): boolean {
    const { service, repository, profile } = this.#input;
    const frames = this.#below.get(hotFunction) ?? calleesOf(profile, hotFunction).map(({ id }) => id);
    this.#below.set(hotFunction, frames);
    const finding = { kind: 'opportunity' as const, subject, service, repository };
    const matching = new Set(sites.map(({ rule }) => rule.id));
    const ruleMatches = (_skill: Skill, { id }: PlaybookRule): boolean => matching.has(id);
    const input = matchInputOf({ finding, rootCause: { status: 'not-applicable' } }, { frames, ruleMatches });
    return matchSkills([skill], input).matches.length > 0;
  }

  #opportunityOf(
    skill: Skill,
    { path, symbol, subject, share, hotFunction }: Place,
    { tree }: KnownFile,
    { site, verdict }: { site: RuleSite; verdict: Verdict },
  ): Opportunity | undefined {
    const found = findSymbol(tree.source, path, symbol);
    if (!found) return undefined;
    const { service, repository, base, cores } = this.#input;
    const { name, version, digest } = skill;
    const { id, message, saving } = site.rule;
    const inCores = (of: number) => (cores === undefined ? {} : { cores: rounded(of * cores) });
    return {
      id: opportunityIdOf({ repository, service, subject, skill: name }),
      service,
      repository,
      status: 'found',
      found: {
        rank: 1,
        base,
        subject,
        subjectContent: sha256(symbolText(tree.source, found)),
        place: { path, line: site.match.range().start.line + 1 },
        ...(hotFunction !== undefined && { hotFunction }),
        skill: { name, version, digest },
        rule: { id, message },
        share: rounded(share),
        ...inCores(share),
        saving: { share: rounded(share * saving), ...inCores(share * saving) },
        ...verdict,
      },
    };
  }
}

/** Whether a match of the rule can become a patch. */
function rewrites(skill: Skill, rule: PlaybookRule): boolean {
  return playbookOf(skill.name) !== undefined || rule.fix !== undefined;
}

async function verdictOf(
  skill: Skill,
  { subject }: Place,
  sites: readonly RuleSite[],
  files: FilesOfBase,
): Promise<Verdict> {
  if (!sites.some(({ rule }) => rewrites(skill, rule))) {
    return { certainty: 'detect-only', reason: 'The rule finds the pattern and does not rewrite it.' };
  }
  const result = await runPlaybook(skill, { subject, ...files });
  if ('patch' in result) return { certainty: 'rewrite' };
  const reason = result.outcome === 'abstain' ? result.message : result.summary;
  return { certainty: 'detect-only', reason: reason.slice(0, 4000) };
}

/** The match that speaks for the others: of the rule that saves most, the first in the source. */
function bestOf(skill: Skill, sites: readonly RuleSite[], { certainty }: Verdict): RuleSite {
  const told = certainty === 'rewrite' ? sites.filter(({ rule }) => rewrites(skill, rule)) : sites;
  const [best] = [...told].sort(
    (a, b) =>
      b.rule.saving - a.rule.saving ||
      (a.rule.id < b.rule.id ? -1 : Number(a.rule.id > b.rule.id)) ||
      a.match.range().start.index - b.match.range().start.index,
  );
  if (best) return best;
  throw new HeadroomError(`No match of ${skill.name} can be told.`, { code: 'HEADROOM_UNEXPECTED' });
}

function byExpectedSaving({ id: a, found: left }: Opportunity, { id: b, found: right }: Opportunity): number {
  const sure = ({ certainty }: FoundOpportunity): number => (certainty === 'rewrite' ? 0 : 1);
  const byText = (one: string, other: string): number => (one < other ? -1 : Number(one > other));
  return (
    right.saving.share - left.saving.share ||
    sure(left) - sure(right) ||
    byText(left.subject, right.subject) ||
    byText(left.skill.name, right.skill.name) ||
    byText(a, b)
  );
}
