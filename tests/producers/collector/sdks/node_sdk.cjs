// Segment's Node SDK: `node node_sdk.cjs URL KEY < calls`, with NODE_PATH where npm has put it.
const { Analytics } = require('@segment/analytics-node')

const [url, key] = process.argv.slice(2)
const analytics = new Analytics({ writeKey: key, host: url, flushAt: 7 })
analytics.on('error', (error) => {
  console.error(error)
  process.exitCode = 1
})
for (const { type, timestamp, ...call } of JSON.parse(require('fs').readFileSync(0, 'utf8'))) {
  analytics[type](timestamp ? { ...call, timestamp: new Date(timestamp) } : call)
}
analytics.closeAndFlush()
