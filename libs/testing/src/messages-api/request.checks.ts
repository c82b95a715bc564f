import { blocksOf, textOf, type ContentBlock, type MessagesRequest } from './wire.js';

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,128}$/;
const MOST_BREAKPOINTS = 4;
const THINKING = new Set(['thinking', 'redacted_thinking']);

/** Why the API would refuse a request with 400; undefined for one that it takes. */
export function whatIsWrong(body: Partial<MessagesRequest>): string | undefined {
  if (typeof body.model !== 'string' || body.model === '') return 'model: Field required';
  if (!Number.isInteger(body.max_tokens) || body.max_tokens! < 1) return 'max_tokens: must be a positive integer';
  if (!Array.isArray(body.messages) || body.messages.length === 0) return 'messages: at least one message is required';
  return wrongTools(body) ?? wrongMessages(body as MessagesRequest) ?? wrongMarks(body as MessagesRequest);
}

function wrongTools({ tools = [] }: Partial<MessagesRequest>): string | undefined {
  const names = tools.map(({ name }) => name);
  const bad = names.findIndex((name) => !TOOL_NAME.test(name));
  if (bad !== -1) return `tools.${bad}.name: String should match pattern '${TOOL_NAME.source}'`;
  if (new Set(names).size < names.length) return 'tools: Tool names must be unique.';
  const shapeless = tools.findIndex((tool) => (tool.input_schema as { type?: unknown } | undefined)?.type !== 'object');
  return shapeless === -1 ? undefined : `tools.${shapeless}.input_schema.type: Input should be 'object'`;
}

function wrongMessages({ messages, system }: MessagesRequest): string | undefined {
  if (messages[0]?.role === 'assistant') return 'messages: first message must use the "user" role';
  for (const [index, { role, content }] of messages.entries()) {
    if (!['user', 'assistant', 'system'].includes(role))
      return `messages.${index}.role: Input should be 'user' or 'assistant'`;
    const blocks = blocksOf(content);
    const isLast = index === messages.length - 1;
    if (blocks.length === 0 && !(isLast && role === 'assistant')) return `messages.${index}: content must be non-empty`;
    const wrong = wrongCalls(
      index,
      blocks,
      blocksOf(messages[index + 1]?.content),
      blocksOf(messages[index - 1]?.content),
    );
    if (wrong) return wrong;
  }
  const texts = [...blocksOf(system), ...messages.flatMap(({ content }) => blocksOf(content))].filter(isText);
  if (texts.some(({ text }) => !text)) return 'messages: text content blocks must be non-empty';
  if (texts.some(({ text }) => text!.trim() === '')) {
    return 'messages: text content blocks must contain non-whitespace text';
  }
  const thinking = messages.findIndex(
    ({ role, content }) => role === 'assistant' && THINKING.has(blocksOf(content).at(-1)?.type ?? ''),
  );
  if (thinking === -1) return undefined;
  return `messages.${thinking}: The final block in an assistant message cannot be \`thinking\`.`;
}

function isText({ type }: ContentBlock): boolean {
  return type === 'text';
}

/** Each call has its result in the message after it, and each result its call in the one before. */
function wrongCalls(
  index: number,
  blocks: readonly ContentBlock[],
  after: readonly ContentBlock[],
  before: readonly ContentBlock[],
): string | undefined {
  const answered = new Set(after.map(({ tool_use_id: id }) => id));
  const open = blocks.filter(({ type, id }) => type === 'tool_use' && !answered.has(id));
  if (open.length > 0) {
    const ids = open.map(({ id }) => id).join(', ');
    return `messages.${index + 1}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${ids}`;
  }
  const called = new Set(before.filter(({ type }) => type === 'tool_use').map(({ id }) => id));
  const strays = blocks.filter(({ type, tool_use_id: id }) => type === 'tool_result' && !called.has(id));
  if (strays.length === 0) return undefined;
  return `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${strays.map((each) => each.tool_use_id).join(', ')}`;
}

function wrongMarks({ tools = [], system, messages, cache_control: automatic }: MessagesRequest): string | undefined {
  const parts = [...tools, ...blocksOf(system), ...messages.flatMap(({ content }) => blocksOf(content))];
  const marked = parts.filter(({ cache_control: mark }) => mark);
  const count = marked.length + (automatic ? 1 : 0);
  if (count > MOST_BREAKPOINTS) {
    return `A maximum of ${MOST_BREAKPOINTS} blocks with cache_control may be provided. Found ${count}.`;
  }
  const emptyMarked = marked.some(
    (part) => 'type' in part && part['type'] === 'text' && textOf(part as ContentBlock) === '',
  );
  return emptyMarked ? 'cache_control cannot be set for empty text blocks' : undefined;
}
