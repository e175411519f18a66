-- Words that say little about an issue, in the languages desks are written to in, and what each weighs.
-- One row per word_text
--
-- In lower case and without accents, as texts are compared. A word that only holds a sentence together
-- weighs nothing; one that stands in tickets about anything (a button, an update, a client) a little.

with listed as (

    select
        unnest(string_split(trim(regexp_replace(words_text, '\s+', ' ', 'g')), ' ')) as word_text,
        weight
    from (
        values
            -- English.
            (
                '
                about after again all already also although always am an and another any anything are as at be
                because been before being both but by can cannot cant could dear did do does doesn doesnt don dont
                each either else even ever every everything few find for from get gets getting give given go goes
                going gone good got had has have hello help her here hey hi his how however if in instead into is
                isn isnt it its just keep kind know last later let like look looks lot made make makes many me mine
                more most much must my need needs never new no none nor not nothing now of off ok on once one only
                open or other our out over own please problem question re really same saw say says see seems sent
                set she should show shown shows side since site so some something sorry still take team thank thanks
                that the their them then there these they thing this those though through till time to today
                together too tried try two under until up urgent us use used uses using ve very want was way we week
                weeks well were what when where whether which while who why will with within without won wont work
                working works would wrong yes yesterday yet you your yours
                ',
                0.0
            ),
            -- German.
            (
                '
                aber alle alles als auch auf aus bei beim bereits bin bis bitte da dabei damit dank dann das dass
                dein dem den der des dessen die dies diese dieser dieses dir doch dort durch ein eine einem einen
                einer eines er es etwas fur ganz geht gibt guten hab habe haben hallo hat hatte hier hilfe ich ihr
                ihre ihrem ihren ihrer im immer ist ja jede jeder jedes jetzt kann kein keine keinen kommen kommt
                konnen man mehr mehrere mein mich mir mit muss nach nicht nichts noch nochmal nur ob obwohl oder
                ohne schon sehr seit seite sich sie sind sobald soll sollte sonst tag trotzdem uber um und uns unser
                unsere unserem unseren unserer vielen von vor wann war warum weil weiter weiterhin wenn werden wie
                wieder wir wird wo wurde zu zum zur zwei
                ',
                0.0
            ),
            -- Spanish.
            (
                '
                al algunos ano ante antes aparece aqui asi aunque ayer bien buenas buenos cada como con cual cuando
                de del desde despues dias donde dos el ella en entre era esta estan este esto favor fue gracias ha
                hace hago hasta hay he hola la las le les llega lo los mas mi mis muchas mucho muy nada ni nos
                nuestra nuestro otra otro para pero pide poco por porque problema puede puedo pues que quiero saludo
                se sea ser si sigue sin sobre solo son su sus tal tambien tan te tengo tiene todo todos tras tu un
                una uno urgente usted va ver ya yo
                ',
                0.0
            ),
            -- French.
            (
                '
                ai alors apres au aucun aucune aussi autre aux avec avez avoir avons bonjour ca car ce ces cest cet
                cette chaque ci comme comment cordialement dans depuis deux dire dois donc du elle encore est et
                etait ete etre eux faire fait faut il ils jai je jusque leur leurs lui ma mais meme merci mes moi
                mon ne notre nous ont ou par pas peut peux plus point pour pourquoi pouvez probleme qu quand quel
                quelle qui sa sans ses soit sont sous suis sur ta toi toujours tous tout toute toutes tres une vers
                voici votre vous
                ',
                0.0
            ),
            -- In tickets about anything.
            (
                '
                actual add ajustes boton boutique bouton browser bug button cache change changed child chrome clear
                cleared click clicking clicks client cliente clientes clients console consulta customer customers
                einstellung einstellungen erreur error errors expected fehler firefox frage install installation
                installed kunde kunden kundin nutze nutzen nutzer option options page pages pagina php plugin
                plugins reglages report reproduce screen seiten setting settings shop sites steps store tab theme
                themes tienda update updated updates updating upgrade user users version versions web website
                woocommerce wordpress
                ',
                0.1
            )
    ) as lists (words_text, weight)

)

select
    word_text,
    weight::double as weight
from listed
