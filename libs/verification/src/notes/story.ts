import {
  contextGathered,
  EventRefusedError,
  findingOpened,
  parseData,
  type Draft,
  type Finding,
  type RootCause,
} from '@headroom/contracts';

/** What came before the draft: the finding and its cause. Absent where the dossier does not tell. */
export interface Story {
  finding?: Finding;
  rootCause?: RootCause;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function valid<Data>(parse: () => Data): Data | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof EventRefusedError) return undefined;
    throw error;
  }
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    // A dossier that cannot be read costs the proposal two sections, never its proof.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function findingIn(dossier: unknown, caseId: string): Finding | undefined {
  const finding = valid(() => parseData(findingOpened, fieldOf(dossier, 'finding')));
  return finding?.case.caseId === caseId ? finding : undefined;
}

/** Reads the finding out of a dossier (JSON); undefined where it does not conform or is about another case. */
export function readFinding(bytes: Uint8Array, caseId: string): Finding | undefined {
  return findingIn(parsedJson(bytes), caseId);
}

/** Reads finding and root cause out of a dossier (JSON), leaving out what does not conform or is about another case. */
export function readStory(bytes: Uint8Array, draft: Draft): Story {
  const dossier = parsedJson(bytes);
  const finding = findingIn(dossier, draft.case.caseId);
  const { case: header, kind, service, repository, subject } = draft;
  const context = {
    case: { ...header, step: 'context.1' },
    kind,
    service,
    repository,
    subject,
    ranked: [],
    owners: [],
  };
  const rootCause = valid(
    () => parseData(contextGathered, { ...context, rootCause: fieldOf(dossier, 'rootCause') }).rootCause,
  );
  return {
    ...(finding && { finding }),
    ...(rootCause && { rootCause }),
  };
}
