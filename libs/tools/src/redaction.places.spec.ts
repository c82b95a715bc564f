import { describe, expect, it } from '@jest/globals';
import { redactSecrets } from './redaction.js';

const SECRET = 'walrus7nine';
const HEX = '0f9a3c7be1d2456890ab'.repeat(3);
const RANDOM = ['q7Rk2Zp9Vt', '4Ls8Xw3Nb6', 'Hd5Jf1Gm0Yc', 'Ae2'].join('');
const key = (...parts: string[]): string => parts.join('');

const PLACES: [string, string][] = [
  ['.npmrc', `//registry.example/:_authToken=${SECRET}`],
  ['a password of .npmrc', `//registry.example/:_password=${SECRET}`],
  ['.npmrc of one registry', `_auth = ${SECRET}`],
  ['.netrc', `machine git.example login app password ${SECRET}`],
  ['.netrc of several lines', `machine git.example\n  login app\n  password ${SECRET}\n`],
  ['.pgpass', `db.example:5432:shop:app:${SECRET}`],
  ['settings of a container registry', `{"auths":{"r.example":{"auth":"${SECRET}"}}}`],
  [
    'a connection string',
    `"ConnectionString": "Server=tcp:db.example,1433;User ID=app;Password=${SECRET};Encrypt=True"`,
  ],
  ['a short connection string', `Server=db;Uid=app;Pwd=${SECRET};`],
  ['a key of an account', `Endpoint=sb://shop.example/;SharedAccessKeyName=Root;SharedAccessKey=${SECRET}`],
  ['a list of words', `dsn = "host=db user=app password=${SECRET} dbname=shop"`],
  ['a user that is a token', `https://${SECRET}@git.example/x`],
  ['a user that is a token, with a word beside', `https://${SECRET}:x-oauth-basic@git.example/x`],
  ['a header', `X-Api-Key: ${SECRET}`],
  ['a header of a command', `curl -H 'X-Api-Key: ${SECRET}' host`],
  ['an authorization without a scheme', `curl -H 'Authorization: ${SECRET}' host`],
  ['a cookie', `Set-Cookie: sid=${SECRET}; HttpOnly`],
  ['a user of a command', `curl -u app:${SECRET} https://x.example`],
  ['an argument', `mysql --password=${SECRET} -h db`],
  ['an argument after a space', `run --api-key "${SECRET}"`],
  ['a short argument', `mysqldump -u app -p${SECRET} shop`],
  ['an argument of another command', `sshpass -p '${SECRET}' ssh host`],
  ['the environment of a command', `run: PGPASSWORD=${SECRET} psql`],
  ['a name written as one', `dbpassword=${SECRET}`],
  ['a shorter name', `DB_PASS=${SECRET}`],
  ['an environment file with signs', `export DB_PASSWORD=wal;(${SECRET}){x}`],
  ['a default of a shell', `DB_PASSWORD=\${DB_PASSWORD:-${SECRET}}`],
  ['a default of a template', `password: \${DB_PASSWORD:${SECRET}}`],
  ['a default in code', `const password = process.env.DB_PASSWORD ?? '${SECRET}';`],
  ['a default of a call', `password = os.getenv("DB_PASSWORD", "${SECRET}")`],
  ['an index', `config['password'] = '${SECRET}'`],
  ['a typed field', `private readonly password: string = '${SECRET}';`],
  ['a typed constant', `const password string = "${SECRET}"`],
  ['a comparison', `if password == "${SECRET}":`],
  ['a setter', `client.setPassword("${SECRET}")`],
  ['a pair', `env.put("DB_PASSWORD", "${SECRET}")`],
  ['a second literal', `const password = 'first' + '${SECRET}';`],
  ['an entry of a manifest', `- name: DB_PASSWORD\n  value: ${SECRET}\n`],
  ['an entry of JSON', `{"name":"DB_PASSWORD","value":"${SECRET}"}`],
  ['an entry of XML', `<add key="DbPassword" value="${SECRET}" />`],
  ['an element', `<password>${SECRET}</password>`],
  ['a statement', `CREATE USER app IDENTIFIED BY '${SECRET}'`],
  ['a block of YAML', `db:\n  password: |\n    ${SECRET}\n  port: 1\n`],
  ['a comment', `  // password = ${SECRET}`],
  ['a text that was cut off', `const password = "${SECRET}-and`],
];

const FORMATS: [string, string][] = [
  ['Hugging Face', key('hf', '_AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh')],
  ['Databricks', key('dapi', HEX.slice(0, 32))],
  ['Shopify', key('shpat', '_', HEX.slice(0, 32))],
  ['Mailgun', key('key', '-', HEX.slice(0, 32))],
  ['Twilio', key('SK', HEX.slice(0, 32))],
  ['Telegram', key('123456789', ':AAH', RANDOM)],
  ['Discord', key('https://discord.com/api/', 'webhooks/123456789012345678/', RANDOM)],
  ['New Relic', key('NRAK', '-ABCDEFGHIJKLMNOPQRSTUVWXYZ1')],
  ['Terraform', key('AbCdEfGhIjKlMn', '.atlasv1.', RANDOM, RANDOM)],
  ['Azure', key('abc8Q~', RANDOM.slice(0, 31), '_')],
  ['an encrypted token', key('eyJhbGciOiJSU0EifQ', '.OKOawDo13gRp2ojaHV.48V1_ALb6US04U3b.5eym8TW.XFBoMYUZ')],
  ['a key of AWS beside its id', key('AKIA', 'IOSFODNN7EXAMPLE', ',wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY')],
  [
    'a private key in base64',
    Buffer.from(`${key('-----BEGIN', ' PRIVATE KEY-----')}\n${'MIIEvQ'.repeat(300)}`).toString('base64'),
  ],
  ['a hash of a password', key('app:$2y', '$10$', 'N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy')],
];

describe('a secret that is told by its place', () => {
  it.each(PLACES)('is replaced in %s, once and for all', (_, text) => {
    const first = redactSecrets(text);

    expect(first.text).not.toContain(SECRET);
    expect(first.text).toContain('[redacted: ');
    expect(redactSecrets(first.text)).toEqual({ text: first.text, redacted: 0 });
  });

  it('leaves what stands around it', () => {
    expect(redactSecrets(`a\n  password: |\n    ${SECRET}\n    two\n  port: 1\n`).text).toBe(
      'a\n  password: |\n    [redacted: secret]\n  port: 1\n',
    );
    expect(redactSecrets(`f("Pwd=${SECRET};Port=1");`).text).toBe('f("Pwd=[redacted: secret];Port=1");');
    expect(redactSecrets(`const password = 'a' + "${SECRET}";`).text).toBe(`const password = '[redacted: secret]";`);
  });

  it.each([
    `login(user, password=password, token=auth.token, secret=None)`,
    `const names = ['password', 'username', 'token'];`,
    `if (token === 'identifier') return parser.token('function');`,
    'private token: Token = new Token();\nlet token: string;\nfunc (t *Token) Key() string {',
    '// token: the thing that is parsed\n * @param token - one word\n',
    'run --token-file path --max-tokens 2000 --password-stdin',
    'password: |\nnext: 1\n',
    '<Input token={token} key={item.key} />\n<token>${TOKEN}</token>',
    'TOKENS=10\nKEY=value\nexport PATH=/usr/bin:$PATH\nAPI_KEY=${OTHER}\n',
    'The password is asked for; a token: see below.',
    'https://docs.example/user@2/x and git@git.example:shop/web.git and 12:30:00:00:00',
    'const cookie = req.headers.cookie;\nAuthorization: required\n',
    'sorted = key-by-key and keys[key] = value',
  ])('leaves %j', (text) => {
    expect(redactSecrets(text)).toEqual({ text, redacted: 0 });
  });

  it('takes its time in proportion to the text', () => {
    const pieces = [
      'password=',
      '"token" ',
      '${token:',
      'a-b-',
      'login x password ',
      'curl ',
      "token: 'a' + ",
      'a:1:b:',
    ];
    const text = pieces.map((piece) => piece.repeat(100_000 / piece.length)).join('\n');

    expect(redactSecrets(text).text.length).toBeGreaterThan(0);
  });
});

describe('a token of a known format', () => {
  it.each(FORMATS)('is replaced: %s', (_, token) => {
    const { text } = redactSecrets(`see ${token} there`);

    expect(text).not.toContain(token.slice(-20));
    expect(text).toMatch(/\[redacted: [\w -]+\] there$/);
  });
});
