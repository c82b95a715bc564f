/** Compiles lib/ to dist/: plain JavaScript, each file with a source map beside it. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';

const INLINE = /\n\/\/# sourceMappingURL=data:application\/json;base64,(\S+)\s*$/;

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
for (const name of readdirSync('lib').filter((each) => each.endsWith('.ts'))) {
  const source = readFileSync(join('lib', name), 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'");
  const compiled = stripTypeScriptTypes(source, { mode: 'transform', sourceMap: true, sourceUrl: `../lib/${name}` });
  const output = `${basename(name, '.ts')}.js`;
  const [, map] = INLINE.exec(compiled);
  writeFileSync(join('dist', `${output}.map`), Buffer.from(map, 'base64'));
  writeFileSync(join('dist', output), compiled.replace(INLINE, `\n//# sourceMappingURL=${output}.map\n`));
}
