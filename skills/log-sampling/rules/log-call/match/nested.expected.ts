import { logger as log } from '../logger.ts';

// Counts one debug record of label: 1 in 100 is written, the first included.
let labelLogCount = 0;

export function label(groups: readonly { name: string; members: readonly string[] }[]): string[] {
  return groups.flatMap((group) => {
    const names: string[] = [];
    group.members.forEach((member) => {
      switch (member.length) {
        case 0:
          log.warn('member without a name', { group: group.name });
          break;
        default:
          if (member !== group.name) {
            if ((labelLogCount = (labelLogCount + 1) % 100) === 1) {
              log.debug(`hot member ${member} of ${group.name}`);
            }
          }
          names.push(member);
      }
    });
    return names;
  });
}

export function run(round: number): unknown {
  return label([{ name: `g${round}`, members: ['a', '', 'b'] }]);
}
