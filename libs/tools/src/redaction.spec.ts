import { describe, expect, it } from '@jest/globals';
import { redactSecrets, redactSetting } from './redaction.js';

/** Put together here, so that no scanner of the repository takes an example for a leak. */
const join = (...parts: string[]): string => parts.join('');
const RANDOM = join('q7Rk2Zp9Vt', '4Ls8Xw3Nb6', 'Hd5Jf1Gm0Yc');

const SECRETS: [string, string, string][] = [
  ['a password of YAML', 'database:\n  password: hunter2-and-more\n', 'hunter2'],
  ['a password of letters only', '  password: swordfish\n', 'swordfish'],
  ['an environment file', 'export DB_PASSWORD=s3cr3tvalue\n', 's3cr3tvalue'],
  ['properties', 'spring.datasource.password = pa55word\n', 'pa55word'],
  ['JSON', '{"clientSecret": "abcd-efgh-ijkl"}', 'abcd-efgh'],
  ['code', `const apiKey = 'some-long-key';`, 'some-long-key'],
  ['a line of a diff', '-  api_key: oldkey99\n+  api_key: newkey99\n', 'key99'],
  ['a hexadecimal key', `signing_key: ${'0123456789abcdef'.repeat(2)}\n`, '0123456789abcdef'],
  ['an address', 'postgres://shop:pa55@db.example:5432/shop', 'pa55'],
  ['an address without a user', 'redis://:pa55@cache.example', 'pa55'],
  ['a parameter', 'https://hook.example/x?token=abcdef123456&n=1', 'abcdef123456'],
  ['a header', 'Authorization: Basic c2hvcDpzZWNyZXQ=', 'c2hvcDpzZWNyZXQ'],
  ['a bearer token in a command', `curl -H "X: Bearer ${RANDOM}" host`, RANDOM],
  ['a GitHub token', join('see ghp', '_', 'A1b2'.repeat(9)), 'A1b2A1b2'],
  ['a GitLab token', join('glpat', '-', 'abcdefghij1234567890'), 'abcdefghij'],
  ['an AWS key id', join('AKIA', 'ABCDEFGHIJKLMNOP'), 'ABCDEFGHIJ'],
  ['a Slack token', join('xoxb', '-123456789012-abcdefghijkl'), '123456789012'],
  ['a Stripe key', join('sk', '_live_', 'abcdefghijklmnop1234'), 'abcdefghij'],
  ['a model key', join('sk', '-ant-', 'api03-', RANDOM), RANDOM],
  ['a JSON web token', join('eyJ', 'hbGciOiJIUzI1', '.eyJ', 'zdWIiOiIxMjM0', '.abc-DEF_1'), 'hbGciOiJI'],
  ['what looks random', `cache_salt: "${RANDOM}"`, RANDOM],
  ['what looks random and is not quoted', `CACHE_SALT=${RANDOM}\n`, RANDOM],
  [
    'a private key',
    `key: |\n  ${join('-----BEGIN', ' RSA PRIVATE KEY-----')}\n  MIIEabcd\n  ${join('-----END', ' RSA PRIVATE KEY-----')}\nnext: 1\n`,
    'MIIEabcd',
  ],
  ['the beginning of a private key', `${join('-----BEGIN', ' PRIVATE KEY-----')}\nMIIEabcdefghijklmnop\n`, 'MIIEabcd'],
];

const KEPT: [string, string][] = [
  ['a commit id', 'commit: 1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910\n'],
  ['a digest', `image: "shop/web@sha256:${'9f86d081'.repeat(8)}"`],
  ['a blob', `{"sha256":"${'9f86d081'.repeat(8)}"}`],
  ['a UUID', 'id: "9B2D1F0A-3C4E-4F5A-8B6C-7D8E9F0A1B2C"'],
  ['a checksum of a lock file', `"integrity": "sha512-${RANDOM}${RANDOM}=="`],
  ['a checksum of go.sum', `sum: "h1:${RANDOM}="`],
  ['a function id', 'subject: "services/web/src/SearchIndex2.ts:SearchIndex2.tokenizeAll"'],
  ['a camel-case name', 'handler: "loadExperimentsV2FromTheFeatureStore21"'],
  ['the name of a variable', 'tokenEnv: PROMETHEUS_TOKEN\n'],
  ['a number of tokens', 'max_tokens_limit: 200000\ntoken_count: 1234\n'],
  ['a type', 'interface A {\n  token: string;\n  password: string | undefined\n}'],
  ['a call', 'const token = readToken(path)\n'],
  ['a property', '  token: this.session.token,\n'],
  ['a value that is handed on', '  token: authToken,\n'],
  ['a placeholder', 'password: ${DB_PASSWORD}\nurl: postgres://shop:${PW}@db.example\n'],
  ['a switch', 'secret_rotation: true\npassword: null\n'],
  ['a time', 'at: 2026-11-02T10:00:00Z\n'],
  ['an address', 'see https://git.example:8443/shop/web@main'],
  ['prose', 'The token is read once; a password is never written.'],
];

describe('redactSecrets', () => {
  it.each(SECRETS)('replaces the secret of %s, and does nothing the second time', (_, text, secret) => {
    const first = redactSecrets(text);

    expect(first.text).not.toContain(secret);
    expect(first.text).toContain('[redacted: ');
    expect(first.redacted).toBeGreaterThan(0);
    expect(redactSecrets(first.text)).toEqual({ text: first.text, redacted: 0 });
  });

  it.each(KEPT)('leaves %s', (_, text) => {
    expect(redactSecrets(text)).toEqual({ text, redacted: 0 });
  });

  it('keeps what stands around a secret', () => {
    expect(redactSecrets('a: 1\npassword: hunter22 # ours\nb: 2\n').text).toBe(
      'a: 1\npassword: [redacted: secret] # ours\nb: 2\n',
    );
    expect(redactSecrets('postgres://shop:pa55@db.example/shop').text).toBe(
      'postgres://shop:[redacted: password]@db.example/shop',
    );
  });

  it('is done with a long line of anything', () => {
    const spaces = ' '.repeat(200_000);
    const text = `${'a'.repeat(200_000)}\n${'password='.repeat(20_000)}\n${'://:'.repeat(50_000)}\n${spaces}\nkey: x${spaces}y`;

    expect(typeof redactSecrets(text).text).toBe('string');
  });
});

describe('redactSetting', () => {
  it('replaces the value of a name like a secret as a whole', () => {
    expect(redactSetting('database.password', 'with some spaces')).toEqual({ text: '[redacted: secret]', redacted: 1 });
  });

  it('replaces only the secret in any other value', () => {
    expect(redactSetting('database.url', 'postgres://shop:pa55@db.example/shop')).toEqual({
      text: 'postgres://shop:[redacted: password]@db.example/shop',
      redacted: 1,
    });
  });

  it('leaves settings that are about a secret', () => {
    expect(redactSetting('session.token_ttl', '3600')).toEqual({ text: '3600', redacted: 0 });
  });
});
