export class Crawl {
  hosts(pages) {
    const hosts = new Set()
    for (const page of pages) {
      for (const link of page.links) {
        const { protocol, host } = new URL(link)
        if (protocol === 'https:') hosts.add(host)
      }
    }
    return hosts
  }
}
