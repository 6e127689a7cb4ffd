// node judge.mjs SUITE RESULTS ACCEPTED: tells how the suite went, by its own judgement.
import fs from 'node:fs'
import path from 'node:path'

const [suite, resultsFile, acceptedFile] = process.argv.slice(2)
const load = (file) => import(path.join(suite, file))
const groups = (await load('tests/index.mjs')).default
const { determineTestResult, resultTypes } = await load('test-engine/lib/results.mjs')

const results = JSON.parse(fs.readFileSync(resultsFile))
const accepted = new Set(
  fs.readFileSync(acceptedFile, 'utf8').split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(' ')[0])
)

const counts = {}
const wrong = []
for (const { id } of groups.flatMap((group) => group.tests)) {
  const result = determineTestResult(groups, id, results)
  const name = Object.keys(resultTypes).find((type) => resultTypes[type] === result)
  counts[name] = (counts[name] ?? 0) + 1
  const fails = name === 'fail' || name === 'harness_fail' || name === 'retry'
  if (fails && !accepted.has(id)) wrong.push(`${id} fails: ${results[id]}`)
  if (name === 'pass' && accepted.has(id)) wrong.push(`${id} passes, and is in the list of those that do not`)
}
console.log(Object.entries(counts).map(([name, count]) => `${name}: ${count}`).join(', '))
for (const line of wrong) console.log(line)
process.exit(wrong.length === 0 ? 0 : 1)
