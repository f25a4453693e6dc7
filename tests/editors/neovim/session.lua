-- A session of a user: every step says what it waits for. The configuration is the one in `editors/neovim`.

local file = vim.env.MC_FILE
local patience = tonumber(vim.env.MC_PATIENCE or '60') * 1000

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
  if not vim.wait(patience, condition, 5) then fail('never happened: ' .. what) end
end

local function check(what, condition)
  if not condition then fail(what) end
end

local function code_of(diagnostic)
  return diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp and diagnostic.user_data.lsp.code)
end

guarded(function()
  local ended, id
  require('masterchef').setup({
    cmd = { vim.env.MC_SERVER, 'lsp', '--stdio' },
    on_exit = function(code, signal) ended = { code = code, signal = signal } end,
    on_attach = function(client) id = client.id end,
  })
  vim.cmd('syntax on')
  vim.cmd('edit ' .. vim.fn.fnameescape(file))
  local buffer = vim.api.nvim_get_current_buf()
  check('the file type is ' .. vim.bo.filetype, vim.bo.filetype == 'masterchef')
  check('indentation', vim.bo.shiftwidth == 2 and vim.bo.expandtab)
  check('comments', vim.bo.commentstring == '// %s')
  local function colour(row, column) return vim.fn.synIDattr(vim.fn.synID(row, column, 1), 'name') end
  check('colour of a word', colour(1, 1) == 'masterchefKeyword' and colour(4, 1) == 'masterchefDeclaration')
  check('colours of a string', colour(6, 10) == 'masterchefString' and colour(1, 14) == 'masterchefType')
  await('the server is ready', function() return id ~= nil end)
  local client = vim.lsp.get_client_by_id(id)
  check('the root is ' .. tostring(client.config.root_dir), client.config.root_dir == vim.fn.fnamemodify(file, ':h:h'))

  -- The line with the mistake; columns after wide characters are the editor's bytes.
  local line = 5
  local function text() return vim.api.nvim_buf_get_lines(buffer, line, line + 1, true)[1] end
  local function column(word)
    local at = text():find(word, 1, true)
    check('`' .. word .. '` is not in: ' .. text(), at)
    return at - 1
  end
  local function put_cursor(word, offset) vim.api.nvim_win_set_cursor(0, { line + 1, column(word) + (offset or 0) }) end
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

  -- A quick fix, chosen from the menu.
  replace('site.port', 'site.prot')
  await('a misspelt field', function() return #shown() == 1 end)
  put_cursor('prot', 1)
  local offered = {}
  vim.ui.select = function(actions, options, choose)
    for index, action in ipairs(actions) do
      local title = options.format_item(action)
      offered[#offered + 1] = title
      if title:find('port', 1, true) then return choose(action, index) end
    end
  end
  vim.lsp.buf.code_action()
  await('the quick fix', function() return text():find('${site.port}', 1, true) and #shown() == 0 end)

  -- Formatting.
  local formatted = text()
  replace('File "', 'File   "')
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = patience })
  else
    vim.lsp.buf.formatting_sync(nil, patience)
  end
  check('formatted: ' .. text(), text() == formatted)

  -- What is under the cursor, in a window.
  local function hover(word, offset)
    put_cursor(word, offset)
    vim.lsp.buf.hover()
    local found
    await('hover of ' .. word, function()
      for _, window in ipairs(vim.api.nvim_list_wins()) do
        if vim.api.nvim_win_get_config(window).relative ~= '' then
          found = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, true), '\n')
          vim.api.nvim_win_close(window, true)
          return true
        end
      end
    end)
    return found
  end
  local found = hover('site.port', 5)
  check('hover of a field: ' .. found, found:find('port: Int', 1, true) and found:find('Where it listens.', 1, true))
  found = hover('File')
  check('hover of a resource type: ' .. found, found:find('out sha256: String', 1, true))

  -- Completion, as the editor's own completion function asks for it.
  put_cursor('site.port', 5)
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local replies = vim.lsp.buf_request_sync(buffer, 'textDocument/completion', params, patience)
  check('completion', replies and replies[id] and replies[id].result)
  local words = {}
  for _, item in ipairs(vim.lsp.util.text_document_completion_list_to_complete_items(replies[id].result, '')) do
    words[item.word] = true
  end
  check('fields: ' .. vim.inspect(words), words.port and words.name and not words.File)

  -- To a definition in another file, and back.
  local function place()
    local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':t')
    return name .. ':' .. vim.api.nvim_win_get_cursor(0)[1]
  end
  put_cursor('site.port', 5)
  -- Left behind with changes that are not saved.
  vim.o.hidden = true
  vim.lsp.buf.definition()
  await('the definition of a field', function() return place() == 'site.mc:5' end)
  vim.api.nvim_win_set_buf(0, buffer)
  put_cursor('content')
  vim.lsp.buf.definition()
  await('a definition in the standard library', function() return place():find('^fs%.mc:') end)
  check('its line', vim.api.nvim_get_current_line():find('^  content: Blob'))
  check('it is read-only', vim.bo.readonly)
  vim.api.nvim_win_set_buf(0, buffer)

  -- A new name for a field, here and where it is declared.
  put_cursor('site.port', 5)
  vim.lsp.buf.rename('listens')
  await('the new name', function() return text():find('${site.listens}', 1, true) end)
  local module = vim.fn.bufnr('site.mc')
  check('the declaration', vim.api.nvim_buf_get_lines(module, 4, 5, true)[1] == '  listens: Int')
  await('all is right after it', function() return #shown() == 0 end)

  vim.lsp.stop_client(id)
  await('the server ends', function() return ended ~= nil end)
  check('it ends well: ' .. vim.inspect(ended), ended.code == 0 and ended.signal == 0)
  io.stderr:write('all steps passed\n')
  vim.cmd('qall!')
end)
