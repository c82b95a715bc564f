import { userInfo } from 'node:os';
import { expect, it } from '@jest/globals';
import { userName } from './user.name.js';

it('is that of the machine, and none where the machine has none', () => {
  expect(userName()).toBe(userInfo().username);
  // As Node.js does for a user without an entry in /etc/passwd.
  const without = (): string => {
    throw Object.assign(new Error('uv_os_get_passwd returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  };
  expect(userName(without)).toBeUndefined();
});
