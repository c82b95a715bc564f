/** The model of bench/agent.mjs: it reads twenty files, drafts one change and concludes. */
import { calls } from '@headroom/testing';

const READS = 20;
const call = (tool, input) => calls({ tool, input });
const edit = { path: 'src/words.ts', search: 'const limit = 1;', replace: 'const limit = 2;' };
const facts = [{ text: 'The limit is read in each round.', evidence: ['src/words.ts:1'] }];
const ending = [
  () => call('begin_candidate', { title: 'Raise the limit', idea: 'Fewer rounds.' }),
  () => call('propose_edit', edit),
  () => call('finish_candidate', {}),
  () => call('conclude', { outcome: 'patch', summary: 'The limit is raised.', facts }),
];

export default {
  name: 'a long case',
  answer: ({ turn }) =>
    turn <= READS ? call('code_read_file', { path: `src/file-${turn}.ts` }) : ending[turn - READS - 1](),
};
