import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ALWAYS_OFFERED,
  caseScope,
  CaseShield,
  CheckoutWorkspace,
  OutgoingGuard,
  runAgent,
  type AgentResult,
  type ModelSettings,
  type ProgressListener,
  type RunSkill,
  type ToolClient,
} from '@headroom/agent';
import { dossierMarkdown } from '@headroom/investigation/dossier';
import type { AgentSettings, Logger, ServiceConfig } from '@headroom/platform';
import type { BlobStore, KeyValueStore } from '@headroom/runtime';
import { composedOf, findingFrames, skillResources, type Skill } from '@headroom/skills';
import { isSourcePath, parsesWhole } from '@headroom/source';
import { abstention, noteBlob, patchBlob, refOf, type Drafted } from './drafted.js';
import type { CaseSources } from './playbook.sources.js';

/** The model that a stage may ask. */
export interface ModelAccess {
  settings: AgentSettings;
  key: string;
  /** Values that must not reach the model, whatever they look like: the key itself, and tokens of this process. */
  secrets: readonly string[];
  /** The tools that skills name, over the same protocol and server as anybody else's. */
  tools: ToolClient;
}

/** What a draft by a model is made with. */
export interface ModelDraftParts {
  access: ModelAccess;
  service: ServiceConfig;
  store: KeyValueStore;
  blobs: BlobStore;
  /** For the checkouts of cases. */
  workDir: string;
}

const SECRET_KEY = 'skill-executor:shield-secret';

/** Lets the model work on a case with one skill, in a checkout without remote and credential. */
export async function draftByModel(
  skill: Skill,
  known: readonly Skill[],
  sources: CaseSources,
  { access, service, store, blobs, workDir }: ModelDraftParts,
): Promise<Drafted> {
  const { context, mirror, policy, signal, logger } = sources;
  const { settings } = access;
  const { caseId, attempt } = context.case;
  const secret = await store.putIfAbsent(SECRET_KEY, randomBytes(32).toString('base64url'));
  const shield = new CaseShield({ secret: secret.value, caseId, knownSecrets: access.secrets });
  const dir = join(workDir, `draft-${caseId}-${attempt}`);
  await rm(dir, { recursive: true, force: true });
  try {
    const workspace = await CheckoutWorkspace.open({
      mirror,
      commit: context.base.commit,
      dir,
      shield,
      signal,
      rules: {
        subject: context.subject,
        scope: await scopeOf(sources),
        limits: { ...policy.policy, harness: service.benchmark?.harness ?? [] },
      },
    });
    const runSkill = await runSkillOf(skill, known);
    const result = await runAgent({
      case: { caseId, attempt, step: `draft.${skill.name}`, team: service.team },
      skill: runSkill,
      dossier: {
        text: dossierText(sources),
        evidence: evidenceOf(sources),
      },
      model: modelOf(access),
      budgets: { ...settings.budgets, ...settings.teams[service.team] },
      tools: access.tools,
      workspace,
      gates: ({ files }) => unreadable(dir, files),
      shield,
      guard: new OutgoingGuard({ shield, tools: [...runSkill.tools, ...ALWAYS_OFFERED] }),
      store,
      blobs,
      signal,
      onProgress: tellerIn(logger),
    });
    return await drafted(result, skill, blobs);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Tells a run in the log: what each call of the model took, and as a warning what an operator may have to mend. */
function tellerIn(logger: Logger): ProgressListener {
  return ({ kind, ...told }) => {
    if (kind === 'model-call') logger.info(told, 'the model answered');
    else if (kind === 'tool-call') logger.debug(told, 'a tool answered the model');
    else
      logger.warn(
        told,
        kind === 'model-retry' ? 'the model does not answer, it is asked again' : 'the model costs more than it should',
      );
  };
}

function modelOf({ settings, key }: ModelAccess): ModelSettings {
  const { model, baseUrl, maxTokens, prices } = settings;
  return { baseURL: baseUrl, apiKey: key, maxTokens, prices, ...(model !== undefined && { name: model }) };
}

function dossierText({ context, document }: CaseSources): string {
  const { caseId, attempt } = context.case;
  return document.report
    ? dossierMarkdown(`Dossier of ${caseId}, attempt ${attempt}`, document.report)
    : JSON.stringify(document, null, 1);
}

async function runSkillOf(skill: Skill, known: readonly Skill[]): Promise<RunSkill> {
  const [, ...uses] = composedOf(skill, known);
  const textOf = ({ name, version, digest, body }: Skill) => ({ name, version, digest, body });
  return {
    ...textOf(skill),
    tools: [...new Set([skill, ...uses].flatMap(({ requiresTools }) => requiresTools))].sort(),
    resources: await skillResources(skill),
    uses: uses.map(textOf),
  };
}

/** Files that a draft may touch: the finding's frames, the files of the cause, and what the subject's file reaches. */
async function scopeOf({ context, document, mirror, readBase }: CaseSources): Promise<string[]> {
  const { rootCause } = context;
  const commit = rootCause.status === 'named' && rootCause.cause.kind === 'commit' ? rootCause.cause.commit : undefined;
  const changed = commit === undefined ? [] : await mirror.changedLines(commit);
  return await caseScope({
    subject: context.subject,
    frames: findingFrames(document),
    causeFiles: changed.map(({ path }) => path),
    read: readBase,
  });
}

/** What a draft may cite: what the dossier rests on, and the commits that it names. */
function evidenceOf({ context, document }: CaseSources): string[] {
  const { rootCause, ranked, base } = context;
  const cause = rootCause.status === 'named' ? rootCause.cause : undefined;
  return [
    ...(document.report?.citations.map(({ id }) => id) ?? []),
    base.commit,
    ...(cause && 'commit' in cause ? [cause.commit] : []),
    ...ranked.filter(({ kind }) => kind === 'commit').map(({ id }) => id),
  ];
}

/** Changed files whose syntax is broken, a sentence each. */
async function unreadable(dir: string, files: readonly string[]): Promise<string[]> {
  const sources = files.filter(isSourcePath);
  const checked = sources.map(async (path) => {
    const text = await readFile(join(dir, path), 'utf8').catch(() => undefined);
    return text === undefined || parsesWhole(text, path) ? [] : [`${path} does not parse any more; mend its syntax.`];
  });
  return (await Promise.all(checked)).flat();
}

/** The draft that the end of a run is; a change without a diff, and an abstention, leave the code alone. */
async function drafted(
  { outcome: end, model, transcript }: AgentResult,
  skill: Skill,
  blobs: BlobStore,
): Promise<Drafted> {
  const { usage } = model;
  const beside = {
    skill: refOf(skill),
    facts: end.facts,
    hypotheses: end.hypotheses,
    alternatives: end.alternatives.map(({ action, text, cost, risk, saving }) => ({
      outcome: action,
      title: text,
      cost,
      risk,
      expectedSaving: saving,
    })),
    model: {
      name: model.name,
      inputTokens: usage.input + usage.cacheWrite,
      outputTokens: usage.output,
      cachedTokens: usage.cacheRead,
      usd: model.usd,
      transcript,
    },
  };
  const [first, ...further] = end.candidates;
  const { outcome, summary } = end;
  if ((outcome === 'patch' || outcome === 'revert' || outcome === 'config') && first) {
    return {
      ...beside,
      outcome,
      patch: await patchBlob(blobs, first.patch),
      files: first.files,
      summary,
      candidates: await Promise.all(
        further.map(async ({ patch, files, title }) => ({
          patch: await patchBlob(blobs, patch),
          files,
          summary: title,
        })),
      ),
    };
  }
  if (outcome === 'accept' || outcome === 'cost-shift') {
    // The model may leave the note out, and one that may not leave the case was dropped.
    return { ...beside, outcome, files: [], summary, note: await noteBlob(blobs, end.note ?? summary) };
  }
  const reason = end.reason ?? 'no-safe-fix';
  return {
    ...abstention({ reason, message: summary }),
    ...beside,
    ...(end.note !== undefined && { note: await noteBlob(blobs, end.note) }),
  };
}
