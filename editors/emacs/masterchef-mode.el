;;; masterchef-mode.el --- Major modes for Masterchef  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; `masterchef-mode' for policies (`.mc') and `masterchef-template-mode' for templates (`.mct'): colours, comments,
;; indentation, an index, and the language server through Eglot.  `M-x eglot' starts the server.

;;; Code:

(require 'project)

(defgroup masterchef nil
  "Configuration management that is compiled."
  :group 'languages)

(defcustom masterchef-server-command '("mcc" "lsp" "--stdio")
  "The program and the arguments that start the language server."
  :type '(repeat string))

(defcustom masterchef-indent-offset 2
  "How far the inside of a bracket is indented.  `mcc fmt' writes two spaces."
  :type 'natnum
  :safe #'natnump)

;; words: generated
(defconst masterchef--words
  '((everywhere "as" "const" "default" "else" "enum" "fn" "for" "force" "if" "import" "in" "let" "match" "pub" "record" "type" "where" "with")
    (value "false" "none" "self" "true")
    (declaration "component" "fact" "guard" "labels" "policy" "resource" "rollout" "test")
    (statement "after" "check" "defaults" "limit" "out" "param" "prune" "select")
    (body "after" "approval" "before" "every" "notify" "reload on" "restart on" "retry" "skip when" "tags" "timeout" "when")
    (schema "accepts secret" "after" "check" "claims" "early" "effects" "key" "local" "out" "protocol" "provider" "read" "reads" "union" "writes")
    (field "append" "check" "merge" "replace")
    (guard "deny" "message" "on" "require approval from" "when")
    (rollout "budget" "health" "pause" "policy" "wave" "when")
    (test "expect" "expect fails" "given")
    (fact "command" "file" "from" "timeout")
    (tag "case" "end" "param"))
  "The words of the language, by their place.")
;; end

(defconst masterchef--clauses
  (delete-dups
   (apply #'append
          (mapcar #'cdr
                  (seq-remove (lambda (place) (memq (car place) '(everywhere value)))
                              masterchef--words))))
  "Words that are names elsewhere.")

(defun masterchef--of (place)
  "The words of PLACE."
  (cdr (assq place masterchef--words)))

(defconst masterchef-font-lock-keywords
  (let ((name "\\([A-Za-z_][A-Za-z0-9_]*\\)"))
    `(("\\${[^}\n]*}" 0 font-lock-variable-name-face prepend)
      (,(concat "^[ \t]*\\(?:pub[ \t]+\\)?" (regexp-opt (masterchef--of 'declaration) 'symbols)
                "[ \t]+" name)
       (1 font-lock-keyword-face) (2 font-lock-function-name-face))
      (,(concat "\\_<\\(?:fn\\|record\\|enum\\|type\\)[ \t]+" name) 1 font-lock-function-name-face)
      (,(regexp-opt (masterchef--of 'everywhere) 'symbols) . font-lock-keyword-face)
      (,(regexp-opt (masterchef--of 'value) 'symbols) . font-lock-constant-face)
      ;; At the beginning of an item, and not where a name is given a value or a type.
      (,(concat "\\(?:^\\|[{,]\\)[ \t]*" (regexp-opt masterchef--clauses t) "\\_>[ \t]*\\(?:[^=: \t\n]\\|==\\|$\\)")
       1 font-lock-keyword-face)
      (,(concat "[])\"A-Za-z0-9_][ \t]+" (regexp-opt '("limit" "every" "when" "pause" "from" "timeout") t)
                "\\_>[ \t]+[^=: \t\n]")
       1 font-lock-keyword-face)
      ("\\_<[A-Z][A-Za-z0-9_]*\\_>" . font-lock-type-face)
      ("\\_<[0-9][0-9A-Za-z_]*\\(?:\\.[0-9][0-9A-Za-z_]*\\)?" . font-lock-constant-face)
      (,(concat "\\_<" name "[ \t]*\\(?:=[^=>]\\|:\\)") 1 font-lock-variable-name-face)))
  "Colours of `masterchef-mode'.")

(defvar masterchef-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    ;; `masterchef--propertize' marks strings: their quotes pair in a way of their own.
    (modify-syntax-entry ?\" "." table)
    (modify-syntax-entry ?\\ "." table)
    (dolist (sign '(?+ ?- ?* ?% ?= ?< ?> ?& ?| ?! ?? ?: ?. ?$))
      (modify-syntax-entry sign "." table))
    table)
  "Syntax of `masterchef-mode'.")

(defun masterchef--skip-string (quotes holes)
  "Move behind the string that ends with QUOTES, from behind its opening quotes.
With HOLES, `${' opens code, in which there may be strings.  One of a single
quote ends with its line in any case."
  (let ((line (= (length quotes) 1)) done)
    (while (and (not done)
                (re-search-forward (if line "[\"\\\\$\n]" "[\"\\\\$]") nil 'move))
      (pcase (char-before)
        (?\n (backward-char) (setq done t))
        (?\\ (when (and holes (not (eolp))) (forward-char)))
        (?$ (when (and holes (eq (char-after) ?{))
              (forward-char)
              (masterchef--skip-hole)))
        (?\" (backward-char)
             (if (looking-at-p (regexp-quote quotes))
                 (progn
                   (forward-char (length quotes))
                   ;; Of more quotes, the last three close.
                   (unless line (skip-chars-forward "\"" (+ (point) 2)))
                   (setq done t))
               (forward-char)))))))

(defun masterchef--skip-hole ()
  "Move behind the `}' of a hole, which is on the line of its beginning."
  (let ((depth 1))
    (while (and (> depth 0) (re-search-forward "[{}\"\n]" nil 'move))
      (pcase (char-before)
        (?{ (setq depth (1+ depth)))
        (?} (setq depth (1- depth)))
        (?\" (masterchef--skip-string "\"" t))
        (?\n (backward-char) (setq depth 0))))))

(defun masterchef--propertize (start end)
  "Mark the ends of strings between START and END."
  (goto-char start)
  (let ((state (syntax-ppss)))
    (when (nth 3 state)
      (goto-char (nth 8 state))
      (remove-text-properties (point) end '(syntax-table nil))))
  (while (and (< (point) end)
              (re-search-forward "//.*\\|\\_<r\"\\|\"\"\"\\|\"" end t))
    (let ((opening (match-beginning 0)) (text (match-string-no-properties 0)))
      (unless (eq (aref text 0) ?/)
        (when (eq (aref text 0) ?r) (setq opening (1+ opening)))
        (masterchef--skip-string (if (= (length text) 3) text "\"") (not (eq (aref text 0) ?r)))
        (put-text-property opening (1+ opening) 'syntax-table (string-to-syntax "|"))
        (when (and (eq (char-before) ?\") (> (1- (point)) opening))
          (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax "|")))))))

(defun masterchef-indent-line ()
  "Indent the line as `mcc fmt' does, by the brackets around it."
  (interactive)
  (let ((column (masterchef--indentation)))
    (when column
      (if (<= (current-column) (current-indentation))
          (indent-line-to column)
        (save-excursion (indent-line-to column))))))

(defun masterchef--indentation ()
  "The column of the line; nil inside of a string."
  (save-excursion
    (back-to-indentation)
    (let* ((state (syntax-ppss)) (depth (car state)))
      (unless (nth 3 state)
        (cond ((looking-at-p "[])}]") (setq depth (1- depth)))
              ;; A line that goes on with the one above.
              ((looking-at-p "[.?][.A-Za-z]\\|[+*/%]\\|&&\\|||\\|[=!<>]=\\|\\?\\?") (setq depth (1+ depth))))
        (* masterchef-indent-offset (max depth 0))))))

(defvar masterchef-imenu-generic-expression
  (mapcar (lambda (word)
            (list (capitalize word)
                  (concat "^\\(?:pub[ \t]+\\)?" word "[ \t]+\"?\\([^\"{(<:=\n]*[^\"{(<:= \t\n]\\)") 1))
          (append '("enum" "fn" "let" "record" "type")
                  (remove "labels" (masterchef--of 'declaration))))
  "The index of `masterchef-mode'.")

;;;###autoload
(define-derived-mode masterchef-mode prog-mode "Masterchef"
  "Major mode for policies."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//[/!]?[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'masterchef-indent-line)
  (setq-local electric-indent-chars (append "})]" electric-indent-chars))
  (setq-local syntax-propertize-function #'masterchef--propertize)
  (setq-local font-lock-defaults '(masterchef-font-lock-keywords))
  (setq-local imenu-generic-expression masterchef-imenu-generic-expression))

(defconst masterchef-template-font-lock-keywords
  `((,(concat "\\(%{\\)[ \t]*" (regexp-opt (append (masterchef--of 'tag) '("if" "else" "for" "match")) t) "\\_>")
     (1 font-lock-preprocessor-face) (2 font-lock-keyword-face))
    ("\\(?:\\$\\$\\|%%\\){" . font-lock-constant-face)
    ("\\${[^}\n]*}" . font-lock-variable-name-face))
  "Colours of `masterchef-template-mode'.")

;;;###autoload
(define-derived-mode masterchef-template-mode text-mode "Masterchef template"
  "Major mode for templates."
  (setq-local font-lock-defaults '(masterchef-template-font-lock-keywords t)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.mc\\'" . masterchef-mode))
;;;###autoload
(add-to-list 'auto-mode-alist '("\\.mct\\'" . masterchef-template-mode))

(defun masterchef--project (folder)
  "The package that FOLDER belongs to, as a project."
  (let ((root (locate-dominating-file folder "masterchef.toml")))
    (and root (cons 'transient root))))

(add-hook 'project-find-functions #'masterchef--project)

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               (cons '(masterchef-mode masterchef-template-mode)
                     (lambda (&rest _) masterchef-server-command))))

(provide 'masterchef-mode)
;;; masterchef-mode.el ends here
