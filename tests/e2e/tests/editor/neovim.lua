-- One conversation between Neovim's own client and the server: every step says what it waits for.

local file = vim.env.MC_FILE

local function fail(message)
  io.stderr:write('FAILED: ' .. message .. '\n')
  for _, diagnostic in ipairs(vim.diagnostic.get()) do
    io.stderr:write('  shown: ' .. vim.inspect(diagnostic):gsub('%s+', ' ') .. '\n')
  end
  vim.cmd('cquit 1')
end

-- An error in this script ends the editor as well, which would wait for commands otherwise.
local function guarded(steps)
  local ok, message = xpcall(steps, debug.traceback)
  if not ok then fail(message) end
end

local function await(what, condition)
  if not vim.wait(60000, condition, 5) then fail('never happened: ' .. what) end
end

local function code_of(diagnostic)
  return diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp and diagnostic.user_data.lsp.code)
end

local function check(what, condition)
  if not condition then fail(what) end
end

guarded(function()
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  vim.bo.filetype = 'masterchef'
  local buffer = vim.api.nvim_get_current_buf()
  local ended
  local id = vim.lsp.start_client({
    name = 'masterchef',
    cmd = { vim.env.MC_SERVER, 'lsp', '--stdio' },
    root_dir = vim.fn.fnamemodify(file, ':h:h'),
    on_exit = function(code, signal) ended = { code = code, signal = signal } end,
  })
  check('no client', id)
  vim.lsp.buf_attach_client(buffer, id)
  await('the server is ready', function() return vim.lsp.buf_get_clients(buffer)[id] ~= nil end)

  -- The line with the mistake; columns after wide characters are the editor's bytes.
  local line = 5
  local function text() return vim.api.nvim_buf_get_lines(buffer, line, line + 1, true)[1] end
  local function column(word)
    local at = text():find(word, 1, true)
    check('`' .. word .. '` is not in: ' .. text(), at)
    return at - 1
  end
  local function shown()
    return vim.diagnostic.get(buffer, { severity = vim.diagnostic.severity.ERROR })
  end
  local function replace(word, with)
    local from = column(word)
    vim.api.nvim_buf_set_text(buffer, line, from, line, from + #word, { with })
  end
  local function one(code, word)
    return function()
      local all = shown()
      return #all == 1 and code_of(all[1]) == code and all[1].lnum == line and all[1].col == column(word)
    end
  end

  await('a problem appears', one('MC0201', 'wrong'))

  replace('wrong', 'site')
  await('the problem changes', function()
    local all = shown()
    return #all == 1 and code_of(all[1]) ~= 'MC0201' and all[1].lnum == line
  end)

  replace('${site}', '${site.name}')
  await('the problem vanishes', function() return #shown() == 0 end)

  -- All of it at once: to the editor, what a script does is one change.
  vim.cmd('silent undo')
  await('the first problem is back', one('MC0201', 'wrong'))
  replace(' ${wrong}', '')
  await('and gone again', function() return #shown() == 0 end)

  -- Many edits without waiting: a line above, letters one by one, and all of it away again.
  vim.api.nvim_buf_set_lines(buffer, 4, 4, true, { '  ' })
  local at = 2
  for letter in ('let extra = nothing'):gmatch('.') do
    vim.api.nvim_buf_set_text(buffer, 4, at, 4, at, { letter })
    at = at + 1
  end
  await('the typed line has a problem', function()
    for _, diagnostic in ipairs(shown()) do
      if diagnostic.lnum == 4 and code_of(diagnostic) == 'MC0201' and diagnostic.col == 14 then return true end
    end
  end)
  vim.api.nvim_buf_set_lines(buffer, 4, 5, true, {})
  await('and none when it is gone', function() return #shown() == 0 end)

  local encoding = vim.lsp.get_client_by_id(id).offset_encoding
  local function request(method, word, offset)
    local at = column(word) + (offset or 0)
    local units = encoding == 'utf-8' and at or select(2, vim.str_utfindex(text(), at))
    local params = {
      textDocument = { uri = vim.uri_from_bufnr(buffer) },
      position = { line = line, character = units },
    }
    local replies, failure = vim.lsp.buf_request_sync(buffer, method, params, 60000)
    check(method .. ': ' .. tostring(failure), replies)
    check(method .. ': ' .. vim.inspect(replies), replies[id] and replies[id].result)
    return replies[id].result
  end

  local hover = request('textDocument/hover', 'site.port', 5).contents.value
  check('hover of a field: ' .. hover, hover:find('port: Int', 1, true) and hover:find('Where it listens.', 1, true))
  hover = request('textDocument/hover', 'File').contents.value
  check('hover of a resource type: ' .. hover, hover:find('out sha256: String', 1, true))

  local found = request('textDocument/definition', 'site.port', 5)
  check('definition of a field: ' .. vim.inspect(found), found[1].uri:find('/src/site%.mc$'))
  check('its line: ' .. vim.inspect(found), found[1].range.start.line == 4)

  found = request('textDocument/definition', 'content')
  check('definition in the standard library: ' .. vim.inspect(found), found[1].uri:find('/std/fs%.mc$'))
  vim.lsp.util.jump_to_location(found[1], encoding)
  check('the editor opens it', vim.api.nvim_get_current_line():find('^  content: Blob'))
  check('and it is read-only', vim.bo.readonly)

  vim.lsp.stop_client(id)
  await('the server ends', function() return ended ~= nil end)
  check('it ends well: ' .. vim.inspect(ended), ended.code == 0 and ended.signal == 0)
  io.stderr:write('all steps passed\n')
  vim.cmd('qall!')
end)
