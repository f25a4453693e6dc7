" Also where the editor knows another language by this ending.
autocmd BufRead,BufNewFile *.mc set filetype=masterchef
autocmd BufRead,BufNewFile *.mct set filetype=masterchef-template
