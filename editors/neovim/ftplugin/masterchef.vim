if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

" As `mcc fmt` writes it.
setlocal expandtab shiftwidth=2 softtabstop=2 tabstop=2
setlocal comments=:///,://!,:// commentstring=//\ %s
setlocal formatoptions-=t formatoptions+=croql
setlocal suffixesadd=.mc
let b:undo_ftplugin = 'setlocal expandtab< shiftwidth< softtabstop< tabstop< comments< commentstring<'
      \ . ' formatoptions< suffixesadd<'
