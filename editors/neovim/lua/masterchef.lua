-- Starts the language server for Masterchef's files, with every Neovim since 0.7.

local M = {}

local here = debug.getinfo(1, 'S').source:sub(2):match('^(.*)/lua/masterchef%.lua$')

-- The nearest folder above a file that holds one of the markers; none for a file on its own.
local function root_of(file, markers)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  while true do
    for _, marker in ipairs(markers) do
      if vim.fn.filereadable(folder .. '/' .. marker) == 1 then return folder end
    end
    local above = vim.fn.fnamemodify(folder, ':h')
    if above == folder then return nil end
    folder = above
  end
end

-- One server for each package.
local clients = {}

local function attach(buffer, config)
  local file = vim.api.nvim_buf_get_name(buffer)
  local root = root_of(file, config.root_markers)
  local key = root or file
  local id = clients[key]
  if not id or vim.lsp.client_is_stopped(id) then
    id = vim.lsp.start_client(vim.tbl_extend('force', config, { name = 'masterchef', root_dir = root }))
    clients[key] = id
  end
  if id then vim.lsp.buf_attach_client(buffer, id) end
end

-- `options` are those of `vim.lsp.start_client`, such as `cmd` and `on_attach`.
function M.setup(options)
  local config = vim.tbl_extend('force', dofile(here .. '/lsp/masterchef.lua'), options or {})
  if vim.lsp.enable then
    vim.lsp.config('masterchef', config)
    vim.lsp.enable('masterchef')
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('masterchef', {}),
    pattern = config.filetypes,
    callback = function(event) attach(event.buf, config) end,
  })
end

return M
