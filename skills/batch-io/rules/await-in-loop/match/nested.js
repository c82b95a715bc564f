export async function sync(groups, client) {
  for (const group of groups) {
    for (let at = 0; at < group.length; at++) {
      await client.put(group[at])
    }
  }
}
