// Turns an f-string into a format of the standard logging module and its fields.
// Reads {"captures": {"S": "f\"…\""}} and answers {"texts": {"FORMAT", "FIELDS"}}, or {"refuse": {"reason", "message"}}.
// --help tells the same.
import { readFileSync } from 'node:fs';

const HELP = 'percent-format.mjs: reads {"captures": {"S": <an f-string as written>}} on standard input';

function refuse(message) {
  return { refuse: { reason: 'text-differs', message } };
}

function converted(source) {
  const literal = /^[fF]("""|'''|"|')([^]*)\1$/.exec(source);
  if (!literal) return refuse('it is no plain f-string');
  const [, quote, text] = literal;
  if (text.includes('\\')) return refuse('its text has a backslash');
  let format = '';
  const fields = [];
  for (let at = 0; at < text.length; at++) {
    const rest = text.slice(at);
    const field = /^\{([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)(?:!([rs]))?\}/.exec(rest);
    if (rest.startsWith('{{') || rest.startsWith('}}')) {
      format += text[at];
      at += 1;
    } else if (field) {
      fields.push(field[1]);
      format += field[2] === 'r' ? '%r' : '%s';
      at += field[0].length - 1;
    } else if (text[at] === '{' || text[at] === '}') {
      return refuse('a field of it is more than a name');
    } else {
      format += text[at] === '%' ? '%%' : text[at];
    }
  }
  if (fields.length === 0) return refuse('it has no field');
  return { texts: { FORMAT: quote + format + quote, FIELDS: fields.map((name) => `, ${name}`).join('') } };
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${HELP}\n`);
} else {
  const { captures } = JSON.parse(readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(converted(captures.S)));
}
