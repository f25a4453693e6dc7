" Colours without a parser; semantic tokens of the server are drawn above them.
if exists('b:current_syntax')
  finish
endif

" words: generated
syntax keyword masterchefKeyword as const default else enum fn for force if import in let match pub record type where with
syntax keyword masterchefConstant false none self true
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(after\|check\|defaults\|limit\|out\|param\|prune\|select\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(after\|approval\|before\|every\|notify\|reload on\|restart on\|retry\|skip when\|tags\|timeout\|when\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(accepts secret\|after\|check\|claims\|early\|effects\|key\|local\|out\|protocol\|provider\|read\|reads\|union\|writes\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(append\|check\|merge\|replace\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(deny\|message\|on\|require approval from\|when\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(budget\|health\|pause\|policy\|wave\|when\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(expect\|expect fails\|given\)\>\%(\s*[=:]\)\@!/
syntax match masterchefClause /\%(^\|[{,]\)\s*\zs\%(command\|file\|from\|timeout\)\>\%(\s*[=:]\)\@!/
syntax match masterchefDeclaration /^\s*\%(pub\s\+\)\?\zs\%(component\|fact\|guard\|labels\|policy\|resource\|rollout\|test\)\>/
" end

syntax match masterchefType /\<[A-Z]\w*/
syntax match masterchefNumber /\<\d\w*\%(\.\d\w*\)\?\>/
syntax match masterchefAttribute /\<[a-z_]\w*\>\ze\s*\%(=[=>]\@!\|:\)/
syntax match masterchefOperator /=>\|->\|[=!<>]=\|&&\|||\|??\|[-+*\/%!?]/

syntax match masterchefEscape /\\\%([ntr0\\"$]\|u{\x\+}\)/ contained
syntax region masterchefHole matchgroup=masterchefDelimiter start=/\${/ end=/}\|$/ contained contains=TOP
syntax region masterchefString start=/"/ end=/"\|$/ contains=masterchefEscape,masterchefHole
syntax region masterchefString start=/"""/ end=/"""/ contains=masterchefEscape,masterchefHole
syntax region masterchefString start=/\<r"/ end=/"\|$/

syntax match masterchefComment /\/\/.*/ contains=@Spell
syntax match masterchefDoc /\/\/[/!].*/ contains=@Spell

highlight default link masterchefKeyword Keyword
highlight default link masterchefConstant Constant
highlight default link masterchefDeclaration Keyword
highlight default link masterchefClause Statement
highlight default link masterchefType Type
highlight default link masterchefNumber Number
highlight default link masterchefAttribute Identifier
highlight default link masterchefOperator Operator
highlight default link masterchefEscape SpecialChar
highlight default link masterchefDelimiter Delimiter
highlight default link masterchefString String
highlight default link masterchefComment Comment
highlight default link masterchefDoc SpecialComment

let b:current_syntax = 'masterchef'
