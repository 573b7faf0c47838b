//! What stands between tags, and in the values of attributes.

use expect_test::expect;

use super::check;

/// [2] Char.
#[test]
fn characters_are_those_that_xml_allows() {
    check(
        &[
            b"<a>\t\n\r\x7F\xC2\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBD\xF0\x90\x80\x80\xF4\x8F\xBF\xBF</a>",
            b"<a>\x01</a>",
            b"<a>bc\n d\x1F</a>",
            b"<a>\0</a>",
            b"<a>\xEF\xBF\xBE</a>",
            b"<a>b\xEF\xBF\xBF</a>",
            b"<a b='\x0B'/>",
            b"<a\n b='c\x0C'/>",
            b"<a><!--\x08--></a>",
            b"<a><?b \x02?></a>",
            b"<a><![CDATA[\n\x03]]></a>",
            b"<a>\xC0\xAF</a>",
            b"<a>\xED\xA0\x80</a>",
            b"<a>\xF4\x90\x80\x80</a>",
            b"<a>\xF8\x88\x80\x80\x80</a>",
            b"<a>\x80</a>",
            b"<a>\xC3</a>",
            b"<a b='\xE9'/>",
            b"<\xE9/>",
            b"<a><!--\xFF--></a>",
        ],
        &expect![[r"
            accepted                   <a>\t\n\r\x7f\xc2\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd\xf0\x90\x80\x80\xf4\x8f\xbf\xbf</a>
            CHARACTER_FORBIDDEN 1:4    <a>\x01</a>
            CHARACTER_FORBIDDEN 2:3    <a>bc\n d\x1f</a>
            CHARACTER_FORBIDDEN 1:4    <a>\x00</a>
            CHARACTER_FORBIDDEN 1:4    <a>\xef\xbf\xbe</a>
            CHARACTER_FORBIDDEN 1:5    <a>b\xef\xbf\xbf</a>
            CHARACTER_FORBIDDEN 1:7    <a b=\'\x0b\'/>
            CHARACTER_FORBIDDEN 2:6    <a\n b=\'c\x0c\'/>
            CHARACTER_FORBIDDEN 1:8    <a><!--\x08--></a>
            CHARACTER_FORBIDDEN 1:8    <a><?b \x02?></a>
            CHARACTER_FORBIDDEN 2:1    <a><![CDATA[\n\x03]]></a>
            ENCODING_FORBIDDEN 1:4     <a>\xc0\xaf</a>
            ENCODING_FORBIDDEN 1:4     <a>\xed\xa0\x80</a>
            ENCODING_FORBIDDEN 1:4     <a>\xf4\x90\x80\x80</a>
            ENCODING_FORBIDDEN 1:4     <a>\xf8\x88\x80\x80\x80</a>
            ENCODING_FORBIDDEN 1:4     <a>\x80</a>
            ENCODING_FORBIDDEN 1:4     <a>\xc3</a>
            ENCODING_FORBIDDEN 1:7     <a b=\'\xe9\'/>
            ENCODING_FORBIDDEN 1:2     <\xe9/>
            ENCODING_FORBIDDEN 1:8     <a><!--\xff--></a>
        "]],
    );
}

/// [4] [4a] [5] Name.
#[test]
fn names_begin_and_go_on_as_names_do() {
    check(
        &[
            b"<_/>",
            b"<a-b.c1_/>",
            b"<\xC3\x80\xC2\xB7/>",
            b"<\xE5\x90\x8D \xE5\x90\x8D='1'/>",
            b"<\xF0\x90\x80\x80/>",
            b"<a \xCD\xB0=''/>",
            b"<a\xCC\x80\xE2\x80\xBF/>",
            b"<1/>",
            b"<-a/>",
            b"<.a/>",
            b"<\xC2\xB7a/>",
            b"<\xC3\x97/>",
            b"<a\xC3\xB7/>",
            b"<\xCC\x80a/>",
            b"<a\xCD\xBE/>",
            b"<a\xE2\x80\x80/>",
            b"<a 1='2'/>",
            b"<a -b='2'/>",
            b"<a b!='2'/>",
            b"<a$/>",
            b"< a/>",
            b"<\na/>",
            b"<a@b/>",
            b"<a,b/>",
            b"<\xF3\xB0\x80\x80/>",
        ],
        &expect![[r"
            accepted                   <_/>
            accepted                   <a-b.c1_/>
            accepted                   <\xc3\x80\xc2\xb7/>
            accepted                   <\xe5\x90\x8d \xe5\x90\x8d=\'1\'/>
            accepted                   <\xf0\x90\x80\x80/>
            accepted                   <a \xcd\xb0=\'\'/>
            accepted                   <a\xcc\x80\xe2\x80\xbf/>
            NOT_WELL_FORMED 1:2        <1/>
            NOT_WELL_FORMED 1:2        <-a/>
            NOT_WELL_FORMED 1:2        <.a/>
            NOT_WELL_FORMED 1:2        <\xc2\xb7a/>
            NOT_WELL_FORMED 1:2        <\xc3\x97/>
            NOT_WELL_FORMED 1:2        <a\xc3\xb7/>
            NOT_WELL_FORMED 1:2        <\xcc\x80a/>
            NOT_WELL_FORMED 1:2        <a\xcd\xbe/>
            NOT_WELL_FORMED 1:2        <a\xe2\x80\x80/>
            NOT_WELL_FORMED 1:4        <a 1=\'2\'/>
            NOT_WELL_FORMED 1:4        <a -b=\'2\'/>
            NOT_WELL_FORMED 1:4        <a b!=\'2\'/>
            NOT_WELL_FORMED 1:2        <a$/>
            NOT_WELL_FORMED 1:2        < a/>
            NOT_WELL_FORMED 1:2        <\na/>
            NOT_WELL_FORMED 1:2        <a@b/>
            NOT_WELL_FORMED 1:2        <a,b/>
            NOT_WELL_FORMED 1:2        <\xf3\xb0\x80\x80/>
        "]],
    );
}

/// [10] `AttValue`.
#[test]
fn attribute_values_are_quoted_and_without_less_than() {
    check(
        &[
            b"<a b='\"' c=\"'\"/>",
            b"<a b='>]]>--'/>",
            b"<a b='&#60;&lt;&#10;'/>",
            b"<a b=''/>",
            b"<a b='\r\n\t '/>",
            b"<a b='<'/>",
            b"<a\n  b='cd<'/>",
            b"<a b=c/>",
            b"<a b=\"c'/>",
            b"<a b='c/>",
            b"<a b='c\"/>",
            b"<a b='&'/>",
            b"<a b='&c'/>",
            b"<a b='1' c='x&y z'/>",
            b"<a b='&lt'/>",
            b"<a b='<!---->'/>",
            b"<a b=/>",
            b"<a b='c''/>",
        ],
        &expect![[r#"
            accepted                   <a b=\'\"\' c=\"\'\"/>
            accepted                   <a b=\'>]]>--\'/>
            accepted                   <a b=\'&#60;&lt;&#10;\'/>
            accepted                   <a b=\'\'/>
            accepted                   <a b=\'\r\n\t \'/>
            NOT_WELL_FORMED 1:7        <a b=\'<\'/>
            NOT_WELL_FORMED 2:8        <a\n  b=\'cd<\'/>
            NOT_WELL_FORMED 1:6        <a b=c/>
            TRUNCATED 1:1              <a b=\"c\'/>
            TRUNCATED 1:1              <a b=\'c/>
            TRUNCATED 1:1              <a b=\'c\"/>
            NOT_WELL_FORMED 1:7        <a b=\'&\'/>
            NOT_WELL_FORMED 1:7        <a b=\'&c\'/>
            NOT_WELL_FORMED 1:14       <a b=\'1\' c=\'x&y z\'/>
            NOT_WELL_FORMED 1:7        <a b=\'&lt\'/>
            NOT_WELL_FORMED 1:7        <a b=\'<!---->\'/>
            NOT_WELL_FORMED 1:6        <a b=/>
            TRUNCATED 1:1              <a b=\'c\'\'/>
        "#]],
    );
}

/// [14] `CharData`.
#[test]
fn character_data_has_no_end_of_cdata_and_no_bare_ampersand() {
    check(
        &[
            b"<a>]] >]&gt;]]&gt;></a>",
            b"<a>]]&#62;</a>",
            b"<a>b\n]]></a>",
            b"<a>]]]></a>",
            b"<a>&</a>",
            b"<a>& b;</a>",
            b"<a>b &amp c</a>",
            b"<a>&;</a>",
            b"<a>&&amp;</a>",
            b"<a>&amp",
            b"<a>&#</a>",
            b"<a>&#;</a>",
            b"<a>&#x;</a>",
        ],
        &expect![[r"
            accepted                   <a>]] >]&gt;]]&gt;></a>
            accepted                   <a>]]&#62;</a>
            NOT_WELL_FORMED 2:1        <a>b\n]]></a>
            NOT_WELL_FORMED 1:5        <a>]]]></a>
            NOT_WELL_FORMED 1:4        <a>&</a>
            ENTITY_FORBIDDEN 1:4       <a>& b;</a>
            NOT_WELL_FORMED 1:6        <a>b &amp c</a>
            ENTITY_FORBIDDEN 1:4       <a>&;</a>
            NOT_WELL_FORMED 1:4        <a>&&amp;</a>
            NOT_WELL_FORMED 1:4        <a>&amp
            NOT_WELL_FORMED 1:4        <a>&#</a>
            NOT_WELL_FORMED 1:4        <a>&#;</a>
            NOT_WELL_FORMED 1:4        <a>&#x;</a>
        "]],
    );
}

/// [15] Comment.
#[test]
fn comments_have_no_two_hyphens_within() {
    check(
        &[
            b"<a><!----></a>",
            b"<a><!-- - -\xC8\x99 --></a>",
            b"<a><!-->--></a>",
            b"<a><!-- -- --></a>",
            b"<a><!--b--->\n</a>",
            b"<a><!--->\n--></a>",
            b"<a><!---></a>",
            b"<a><!-- b</a>",
            b"<a><!- b --></a>",
            b"<a><!--\n\nb--c--></a>",
            b"<!--b--><!--c",
            b"<!-",
            b"<!",
        ],
        &expect![[r"
            accepted                   <a><!----></a>
            accepted                   <a><!-- - -\xc8\x99 --></a>
            accepted                   <a><!-->--></a>
            NOT_WELL_FORMED 1:9        <a><!-- -- --></a>
            NOT_WELL_FORMED 1:9        <a><!--b--->\n</a>
            accepted                   <a><!--->\n--></a>
            TRUNCATED 1:4              <a><!---></a>
            TRUNCATED 1:4              <a><!-- b</a>
            NOT_WELL_FORMED 1:4        <a><!- b --></a>
            NOT_WELL_FORMED 3:2        <a><!--\n\nb--c--></a>
            TRUNCATED 1:9              <!--b--><!--c
            TRUNCATED 1:1              <!-
            TRUNCATED 1:1              <!
        "]],
    );
}

/// [16] [17] PI, `PITarget`.
#[test]
fn instructions_have_a_name_that_is_not_xml() {
    check(
        &[
            b"<a><?b?></a>",
            b"<a><?b \r\n ?c > ?></a>",
            b"<?xml-b c?><a/>",
            b"<?xmlb?><a/>",
            b"<a><?b??></a>",
            b"<a><?xml?></a>",
            b"<a><?xml b?></a>",
            b"<?XML version='1.0'?><a/>",
            b"<a><?xMl?></a>",
            b"<a><??></a>",
            b"<a><? b?></a>",
            b"<a><?1?></a>",
            b"<a><?b",
            b"<a><?b></a>",
            b"<a><?b:c?></a>",
            b"<?b?c?><a/>",
            b"<a><?b\x01?></a>",
        ],
        &expect![[r"
            accepted                   <a><?b?></a>
            accepted                   <a><?b \r\n ?c > ?></a>
            accepted                   <?xml-b c?><a/>
            accepted                   <?xmlb?><a/>
            NOT_WELL_FORMED 1:4        <a><?b??></a>
            NOT_WELL_FORMED 1:4        <a><?xml?></a>
            NOT_WELL_FORMED 1:4        <a><?xml b?></a>
            NOT_WELL_FORMED 1:1        <?XML version=\'1.0\'?><a/>
            NOT_WELL_FORMED 1:4        <a><?xMl?></a>
            NOT_WELL_FORMED 1:4        <a><??></a>
            NOT_WELL_FORMED 1:4        <a><? b?></a>
            NOT_WELL_FORMED 1:4        <a><?1?></a>
            TRUNCATED 1:4              <a><?b
            TRUNCATED 1:4              <a><?b></a>
            NOT_WELL_FORMED 1:4        <a><?b:c?></a>
            NOT_WELL_FORMED 1:1        <?b?c?><a/>
            CHARACTER_FORBIDDEN 1:7    <a><?b\x01?></a>
        "]],
    );
}

/// [18] [19] [20] [21] `CDSect`.
#[test]
fn cdata_sections_stand_in_elements_and_end() {
    check(
        &[
            b"<a><![CDATA[<b>&c;--]]></a>",
            b"<a><![CDATA[]]></a>",
            b"<a><![CDATA[]]]]><![CDATA[>]]></a>",
            b"<a><![CDATA[]]]></a>",
            b"<a><![CDATA[b]]</a>",
            b"<a><![CDATA[b]>]</a>",
            b"<a><![cdata[]]></a>",
            b"<a><![ CDATA[]]></a>",
            b"<a><![CDATA []]></a>",
            b"<a><![CDATA]]></a>",
            b"<a><![CDATA[]]>]]></a>",
            b"<a><![]]></a>",
        ],
        &expect![[r"
            accepted                   <a><![CDATA[<b>&c;--]]></a>
            accepted                   <a><![CDATA[]]></a>
            accepted                   <a><![CDATA[]]]]><![CDATA[>]]></a>
            accepted                   <a><![CDATA[]]]></a>
            TRUNCATED 1:4              <a><![CDATA[b]]</a>
            TRUNCATED 1:4              <a><![CDATA[b]>]</a>
            NOT_WELL_FORMED 1:4        <a><![cdata[]]></a>
            NOT_WELL_FORMED 1:4        <a><![ CDATA[]]></a>
            NOT_WELL_FORMED 1:4        <a><![CDATA []]></a>
            NOT_WELL_FORMED 1:4        <a><![CDATA]]></a>
            NOT_WELL_FORMED 1:16       <a><![CDATA[]]>]]></a>
            NOT_WELL_FORMED 1:4        <a><![]]></a>
        "]],
    );
}

/// [66] [67] [68] `CharRef`, `EntityRef`.
#[test]
fn references_are_to_the_five_entities_and_to_characters() {
    check(
        &[
            b"<a>&amp;&lt;&gt;&quot;&apos;&#9;&#xA;&#x0d;&#000032;&#x1F600;&#x10FFFF;&#xfffd;</a>",
            b"<a b='&quot;&#x22;'/>",
            b"<a>&#0;</a>",
            b"<a>b&#1;</a>",
            b"<a>&#x1F;</a>",
            b"<a>&#xD800;</a>",
            b"<a>&#xFFFE;</a>",
            b"<a>&#x110000;</a>",
            b"<a>&#99999999999999999999;</a>",
            b"<a>&#X41;</a>",
            b"<a>&#4A;</a>",
            b"<a>&#x4G;</a>",
            b"<a>&#-1;</a>",
            b"<a>&#+65;</a>",
            b"<a>&# 65;</a>",
            b"<a>&#65 ;</a>",
            b"<a>&b;</a>",
            b"<a>b\n&nbsp;</a>",
            b"<a>&AMP;</a>",
            b"<a>& amp;</a>",
            b"<a>&amp ;</a>",
            b"<a b='&c;'/>",
            b"<a b='1'\n c='d&#xB;'/>",
            b"<a>%b;</a>",
            b"<a>&1;</a>",
            b"<a>&a:b;</a>",
        ],
        &expect![[r"
            accepted                   <a>&amp;&lt;&gt;&quot;&apos;&#9;&#xA;&#x0d;&#000032;&#x1F600;&#x10FFFF;&#xfffd;</a>
            accepted                   <a b=\'&quot;&#x22;\'/>
            CHARACTER_FORBIDDEN 1:4    <a>&#0;</a>
            CHARACTER_FORBIDDEN 1:5    <a>b&#1;</a>
            CHARACTER_FORBIDDEN 1:4    <a>&#x1F;</a>
            CHARACTER_FORBIDDEN 1:4    <a>&#xD800;</a>
            CHARACTER_FORBIDDEN 1:4    <a>&#xFFFE;</a>
            CHARACTER_FORBIDDEN 1:4    <a>&#x110000;</a>
            CHARACTER_FORBIDDEN 1:4    <a>&#99999999999999999999;</a>
            NOT_WELL_FORMED 1:4        <a>&#X41;</a>
            NOT_WELL_FORMED 1:4        <a>&#4A;</a>
            NOT_WELL_FORMED 1:4        <a>&#x4G;</a>
            NOT_WELL_FORMED 1:4        <a>&#-1;</a>
            NOT_WELL_FORMED 1:4        <a>&#+65;</a>
            NOT_WELL_FORMED 1:4        <a>&# 65;</a>
            NOT_WELL_FORMED 1:4        <a>&#65 ;</a>
            ENTITY_FORBIDDEN 1:4       <a>&b;</a>
            ENTITY_FORBIDDEN 2:1       <a>b\n&nbsp;</a>
            ENTITY_FORBIDDEN 1:4       <a>&AMP;</a>
            ENTITY_FORBIDDEN 1:4       <a>& amp;</a>
            ENTITY_FORBIDDEN 1:4       <a>&amp ;</a>
            ENTITY_FORBIDDEN 1:7       <a b=\'&c;\'/>
            CHARACTER_FORBIDDEN 2:6    <a b=\'1\'\n c=\'d&#xB;\'/>
            accepted                   <a>%b;</a>
            ENTITY_FORBIDDEN 1:4       <a>&1;</a>
            ENTITY_FORBIDDEN 1:4       <a>&a:b;</a>
        "]],
    );
}
