-- An editing session in Neovim 0.7 or newer: findings, edits by hand, a fix, formatting, a new name for a stage.

local function fail(text)
  io.stderr:write(text .. '\n')
  vim.cmd('cquit 3')
end

local function await(what, done)
  if not vim.wait(60000, done, 20) then
    fail('there is no ' .. what)
  end
end

local id = vim.lsp.start_client({
  name = 'dfix',
  cmd = vim.json.decode(vim.env.COMMAND),
  root_dir = vim.fn.getcwd(),
})
local client = vim.lsp.get_client_by_id(id)
vim.cmd('edit Dockerfile')
vim.bo.filetype = 'dockerfile'
vim.lsp.buf_attach_client(0, id)

local function ask(method, params)
  local answers, err = vim.lsp.buf_request_sync(0, method, params, 60000)
  if err or not answers[id].result then
    fail(method .. ': ' .. vim.inspect(err or answers))
  end
  return answers[id].result
end

local function is_found(code)
  for _, found in ipairs(vim.diagnostic.get(0)) do
    if found.user_data.lsp.code == code then
      return true
    end
  end
  return false
end

await('finding', function() return is_found('add-to-copy') end)
vim.api.nvim_buf_set_lines(0, 1, 1, false, { 'LABEL a=😀', 'MAINTAINER é😀' })
vim.api.nvim_buf_set_text(0, 1, 8, 1, 12, { '' })
vim.api.nvim_buf_set_text(0, 1, 8, 1, 8, { '😀x' })
await('finding in what was typed', function() return is_found('maintainer-to-label') end)

local document = { uri = vim.uri_from_bufnr(0) }
local fixes = ask('textDocument/codeAction', {
  textDocument = document,
  range = { start = { line = 2, character = 0 }, ['end'] = { line = 2, character = 0 } },
  context = { diagnostics = {} },
})
local fix = fixes[1].edit and fixes[1] or ask('codeAction/resolve', fixes[1])
vim.lsp.util.apply_workspace_edit(fix.edit, client.offset_encoding)
local edits = ask('textDocument/formatting', {
  textDocument = document,
  options = { tabSize = 4, insertSpaces = true },
})
vim.lsp.util.apply_text_edits(edits, vim.api.nvim_get_current_buf(), client.offset_encoding)
local renaming = ask('textDocument/rename', {
  textDocument = document,
  position = { line = 0, character = 20 },
  newName = 'tools',
})
vim.lsp.util.apply_workspace_edit(renaming, client.offset_encoding)
vim.cmd('silent write')
vim.lsp.stop_client(id)
await('end', function() return vim.lsp.client_is_stopped(id) end)
vim.cmd('quit')
