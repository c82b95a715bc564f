/** Tokens that are known by how they look, as their issuers document them. */
export const TOKEN_FORMATS: readonly { kind: string; pattern: RegExp }[] = [
  ['GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255})\b/g],
  ['GitLab token', /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|imt|agent|oas)-[A-Za-z0-9_-]{20,}/g],
  // Before the id that tells it is replaced.
  ['AWS key', /(?<=\b(?:AKIA|ASIA)[A-Z0-9]{16}["']?[,:;\s]\s{0,4}["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g],
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
  ['Hugging Face token', /\bhf_[A-Za-z0-9]{30,}/g],
  ['Databricks token', /\bdapi[a-f0-9]{32}\b/g],
  ['Shopify token', /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/g],
  ['Pulumi token', /\bpul-[a-f0-9]{40}\b/g],
  ['RubyGems key', /\brubygems_[a-f0-9]{48}\b/g],
  ['New Relic key', /\bNRAK-[A-Z0-9]{27}\b/g],
  ['Mailgun key', /\bkey-[a-f0-9]{32}\b/g],
  ['Twilio key', /\bSK[a-f0-9]{32}\b/g],
  ['Telegram token', /\b\d{8,10}:AA[A-Za-z0-9_-]{32,}/g],
  ['Discord webhook', /\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[A-Za-z0-9_-]{30,}/g],
  ['Atlassian token', /\bATATT3[A-Za-z0-9_=-]{20,}/g],
  ['Linear key', /\blin_api_[A-Za-z0-9]{20,}/g],
  ['Notion token', /\bntn_[A-Za-z0-9]{20,}/g],
  ['Square token', /\bsq0(?:atp|csp)-[A-Za-z0-9_-]{20,}/g],
  ['Terraform token', /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{40,}/g],
  ['Doppler token', /\bdp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9_.-]{20,}/g],
  ['Sentry token', /\bsntry[su]_[A-Za-z0-9+/=_-]{20,}/g],
  ['PlanetScale token', /\bpscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.=-]{20,}/g],
  ['Supabase key', /\bsb(?:p_[a-f0-9]{40}|_secret_[A-Za-z0-9_-]{20,})/g],
  ['Azure secret', /(?<![\w~.-])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![\w~-])/g],
  ['encrypted token', /\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){4}/g],
  // A key of the usual text form, or of SSH, written in base64 once more.
  ['encoded key', /(?<![A-Za-z0-9+/])(?:LS0tLS1CRUdJTi|b3BlbnNzaC1rZXktdjEA)[A-Za-z0-9+/]{16,}={0,2}/g],
  ['password hash', /\$(?:2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}|(?:apr1|1|5|6|y|argon2(?:id|i|d))\$[^\s"'`:]{20,})/g],
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
/** Pairs of words, or words written as one, that name a secret together. */
const SECRET_PAIRS =
  /^(?:(?:api|private|access|secret|signing|encryption|master|account|shared|service|deploy|license)key|(?:db|database|user|admin|root|smtp|mail|email|ftp|ssh|ldap|proxy|auth|http|basic|redis|mysql|mongo|pg|postgres|rabbitmq|amqp|registry|git)pass)$/;
/** How words written as one end: `PGPASSWORD`, `clientsecret`. */
const SECRET_END = /(?:password|passwd|passphrase|secret|apikey|accesskey|secretkey|authtoken|accesstoken)$/;
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
  return (
    words.some((word) => SECRET_WORDS.has(word) || SECRET_END.test(word)) ||
    [...pairs, ...words].some((each) => SECRET_PAIRS.test(each))
  );
}
