const slug = `def slug(title):
    return re.sub(r"[^a-z]+", "-", title.lower())
`;
const table = `def table(rows: list[str]) -> str:
    text = ""
    for row in rows:
        text += f"{row}\\n"
    return text
`;

/** A service in Python: text that is made of patterns and of pieces. */
export const labels = {
  files: {
    'services/labels/labels/__init__.py': '',
    'services/labels/labels/text.py': `import re


${slug}

${table}`,
    'services/labels/test_text.py': `import unittest

from labels.text import slug, table


class TextTest(unittest.TestCase):
    def test_slug(self):
        self.assertEqual(slug("A fine Mug"), "a-fine-mug")
        self.assertEqual(slug(""), "")

    def test_table(self):
        self.assertEqual(table(["a", "b"]), "a\\nb\\n")
        self.assertEqual(table([]), "")
`,
    'services/labels/bench/run.py': `import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from labels.text import slug

total = 0
for number in range(int(sys.argv[1])):
    total += len(slug("A mug"))
if total != int(sys.argv[1]) * 5:
    raise SystemExit("the benchmark made wrong slugs")
`,
  },
};

/** A service in JavaScript: maps that are asked twice, lists that are made again and again. */
export const stock = {
  files: {
    'services/stock/package.json': '{ "name": "stock", "version": "1.0.0", "type": "module", "private": true }\n',
    'services/stock/src/stock.js': `/** How many there are of each item. */
export function left(items, item) {
  const counts = new Map()
  for (const name of items) counts.set(name, [name].length + 1)
  return counts.has(item) ? counts.get(item) : 0
}

/** Lines of the report: which item is of which kind. */
export function report(names) {
  const kinds = { mug: 1, lamp: 2 }
  const lines = []
  for (const name of names) {
    for (const [kind, number] of Object.entries(kinds)) {
      if (name.startsWith(kind)) lines.push(\`\${name} \${number}\`)
    }
  }
  return lines
}
`,
    'services/stock/test/stock.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { left, report } from '../src/stock.js'

test('counts', () => assert.equal(left(['a'], 'a'), 2))
test('reports', () => assert.deepEqual(report(['mug small', 'vase']), ['mug small 1']))
`,
  },
};
