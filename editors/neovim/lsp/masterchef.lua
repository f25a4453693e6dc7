-- The language server, for `vim.lsp.enable('masterchef')` of Neovim 0.11. `require('masterchef').setup()` does the
-- same with older ones.
return {
  cmd = { 'mcc', 'lsp', '--stdio' },
  filetypes = { 'masterchef', 'masterchef-template' },
  root_markers = { 'masterchef.toml' },
}
