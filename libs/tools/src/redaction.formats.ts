/** Tokens that are known by how they look, as their issuers document them. */
export const TOKEN_FORMATS: readonly { kind: string; pattern: RegExp }[] = [
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g],
  ['GitLab token', /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas)-[A-Za-z0-9_-]{20,}/g],
  ['AWS key id', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g],
  ['Slack token', /\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,}/g],
  ['Slack webhook', /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[A-Za-z0-9/]{20,}/g],
  ['Google key', /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g],
  ['Google token', /\b(?:ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,})/g],
  ['Stripe key', /\b(?:[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{20,})/g],
  ['model key', /\bsk-(?:ant-|proj-|svcacct-|admin-)?[A-Za-z0-9_-]*[A-Z0-9][A-Za-z0-9_-]{19,}/g],
  ['npm token', /\bnpm_[A-Za-z0-9]{36}\b/g],
  ['PyPI token', /\bpypi-[A-Za-z0-9_-]{50,}/g],
  ['SendGrid key', /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{32,64}/g],
  ['JSON web token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g],
  ['Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{20,}/g],
  ['Docker token', /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}/g],
  ['DigitalOcean token', /\bdo[por]_v1_[a-f0-9]{64}\b/g],
  ['Grafana token', /\bgl(?:sa|c)_[A-Za-z0-9+/=_-]{20,}/g],
  ['GrowthBook key', /\bsecret_(?:admin_|readonly_|user_)?[A-Za-z0-9]{20,}/g],
  ['age key', /\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/g],
].map(([kind, pattern]) => ({ kind: kind as string, pattern: pattern as RegExp }));

const SECRET_WORDS = new Set([
  'password',
  'passwd',
  'passphrase',
  'passcode',
  'pwd',
  'secret',
  'secrets',
  'token',
  'apikey',
  'credential',
  'credentials',
  'privatekey',
  'accesskey',
  'secretkey',
  'signingkey',
  'encryptionkey',
]);
/** Pairs of words that name a secret together. */
const SECRET_PAIRS =
  /^(?:api|private|access|secret|signing|encryption|master|account|shared|service|deploy|license)key$/;
/** A name that goes on like this is about a secret and holds none: `tokenEnv`, `passwordFile`, `token_count`. */
const ABOUT_A_SECRET = new Set(
  'env file path name names ref id count limit length size ttl timeout type url uri endpoint policy min max minutes seconds hours days ms expiry expires expiration rotation rotate enabled disabled required allowed field fields header column format prefix bucket rate per index version provider strategy store manager service class'.split(
    ' ',
  ),
);

/** Words of a name: `database.apiKey`, `API_KEY` and `api-key` have the same. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/** Whether what is assigned to a name like this is a secret. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1);
  if (last === undefined || ABOUT_A_SECRET.has(last)) return false;
  const pairs = words.slice(1).map((word, index) => `${words[index]}${word}`);
  return words.some((word) => SECRET_WORDS.has(word)) || pairs.some((pair) => SECRET_PAIRS.test(pair));
}
