import pino from 'pino'

const root = pino({ level: 'info' })
const log = root.child({ part: 'rows' })

export function outer(rows) {
  return rows.map(row => {
    for (const cell of row) {
      if (cell !== null) {
        if (log.isLevelEnabled('debug')) log.debug({
          cell: String(cell),
          row: row.join(),
        })
      }
    }
    return row.length
  })
}
