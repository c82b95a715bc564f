export function isCode(code: number | undefined): boolean {
  // prettier-ignore
  return [400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 419, 420, 421, 422, 423, 424, , 500].indexOf(code) >= 0;
}
