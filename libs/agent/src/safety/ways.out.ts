/** An address, with whatever it leads to. */
const ADDRESSES = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s"'`<>)\]},;]{3,}/gi;
/** How code of each language reaches the network; what it already does is not held against it. */
const WAYS: readonly RegExp[] = [
  /\bfetch\s*\(|\bXMLHttpRequest\b|\bnew\s+(?:WebSocket|EventSource)\b|\bsendBeacon\b/,
  /['"](?:node:)?(?:https?|http2|net|tls|dns)(?:\/promises)?['"]/,
  /['"](?:undici|axios|got|node-fetch|superagent|ws)['"]|\baxios\b/,
  /\b(?:urllib|requests|httpx|aiohttp|http\.client|smtplib|ftplib)\b/,
  /\bhttp\.(?:Get|Post|PostForm|NewRequest|Client)\b|\bnet\.Dial/,
  /\bjava\.net\b|\bHttpClient\b|\bnew\s+(?:URL|Socket)\s*\(/,
];

/** What an edit adds that leads out of the process and was not there: an address, or a way to the network; undefined when nothing does. */
export function newWayOut(added: string, before: string): string | undefined {
  const address = added.match(ADDRESSES)?.find((each) => !before.includes(each));
  if (address !== undefined) return address;
  return WAYS.filter((way) => !way.test(before)).flatMap((way) => way.exec(added)?.[0] ?? [])[0];
}
