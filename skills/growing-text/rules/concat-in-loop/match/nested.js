export class Page {
  html(tables) {
    return tables.map((rows) => {
      /** @type {string} */
      var html = `<table>`
      const cells = `<td>`
      for (const row of rows) html += '<tr>' + cells + row
      return html
    })
  }
}
