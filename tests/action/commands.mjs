// What the runner reads out of a log and out of the files it lends to a step.

/** The workflow commands that the runner would obey in this log, as `{ name, properties, text }`. */
export function workflowCommands(log) {
  const commands = []
  let stopped = null
  for (const line of log.split(/\r\n|\r|\n/)) {
    // The runner takes off leading white space, and still understands the older `##[name]` form.
    const match = line.match(/^\s*::([^\s:]+)(?:\s+(.*?))?::(.*)$/) ?? line.match(/^.*?##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)$/)
    if (!match) continue
    const [, name, properties = '', text] = match
    if (stopped !== null) {
      if (name === stopped) stopped = null
      continue
    }
    if (name === 'stop-commands') stopped = text
    else commands.push({ name, properties, text })
  }
  return commands
}

/** `NAME=value` and `NAME<<DELIMITER` lines, as in GITHUB_OUTPUT and GITHUB_ENV. */
export function fileCommands(text) {
  const values = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]
    const heredoc = line.match(/^([^=<]+)<<(.+)$/)
    if (heredoc) {
      const body = []
      while (++at < lines.length && lines[at] !== heredoc[2]) body.push(lines[at])
      if (at === lines.length) throw new Error(`no end of the value of ${heredoc[1]}`)
      values[heredoc[1]] = body.join('\n')
    } else if (line.includes('=')) {
      values[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1)
    } else if (line !== '') {
      throw new Error(`the runner would refuse the line: ${line}`)
    }
  }
  return values
}
